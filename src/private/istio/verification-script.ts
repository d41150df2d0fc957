/**
 * The part of the script that is the same for every namespace, for BusyBox and others. The sidecar itself tells what it let pass: by its
 * administration, which every container of the pod can read.
 */
export const VERIFICATION_SCRIPT = `#!/bin/sh
# Tries to leave the namespace otherwise than through the egress gateway, as an application in it would.
set -u
failures=0
work=$(mktemp -d)
# where the sidecar is an ordinary container, the pod would not end without this
trap 'curl --silent --output /dev/null --max-time 2 --request POST http://localhost:15020/quitquitquit' EXIT

say() { printf '%-7s %s\\n' "$1" "$2"; }
fail() { say "$1" "$2"; failures=$((failures + 1)); }
admin() { curl --silent --max-time 5 "http://localhost:15000/$1"; }
# connections that the sidecar has passed on to hosts that it does not know
passed() { admin clusters | grep '^PassthroughCluster::.*::cx_total::'; }
# how often the sidecar has sent something to a cluster, over connections that were established
sent() { admin clusters | awk -F:: -v cluster="$1::" 'index($0, cluster) == 1 && $(NF - 1) == "rq_total" { n += $NF } END { print n + 0 }'; }

# ask CURL_ARGUMENT...
ask() {
  : > "$work/body"
  told=$(curl --silent --insecure --max-time 3 --output "$work/body" --write-out '%{http_code} %{time_appconnect}' "$@" < /dev/null)
  ended=$?
  status=\${told% *} handshake=\${told#* }
}
# whether somebody beyond the sidecar answered
answered() {
  case $handshake in '' | 0 | 0.000000) ;; *) return 0 ;; esac
  case $status in
    '' | 000) return 1 ;;
    502) [ -s "$work/body" ] ;;
    503 | 504) ! grep -q -e '^upstream ' -e '^no healthy upstream' "$work/body" ;;
  esac
}

# leave HOLDER WHAT CURL_ARGUMENT...: HOLDER is what should hold it: the sidecar, the network, or nothing
leave() {
  holder=$1 what=$2
  shift 2
  { echo nothing; passed; } > "$work/before"
  ask "$@"
  # where the resolver does not tell the address, any does
  if [ "$ended" = 6 ]; then ask --connect-to "::$address:" "$@"; fi
  if answered; then left "$holder" "$what"
  elif [ "$holder" = sidecar ] && passed | grep -q -v -x -F -f "$work/before"; then fail PASSED "$what: the sidecar let it pass, and nobody answered"
  else say held "$what"
  fi
}
left() { if [ "$1" = nothing ]; then say open "$2"; else fail OUT "$2"; fi; }
# look_up HOLDER WHAT SERVER: a resolver that says no has been reached, too
look_up() {
  if timeout 5 nslookup "$host" "$3" 2>&1 | grep -v -e '^Server:' -e '^Address:' -e '^nslookup:' -e 'timed out' -e '^Terminated' | grep -q .; then left "$1" "$2"; else say held "$2"; fi
}

# reach KIND CLUSTER URL CURL_ARGUMENT...
reach() {
  kind=$1 cluster=$2 url=$3
  shift 3
  before=$(sent "$cluster")
  if [ "$kind" = tcp ]; then sleep 1 | curl --silent --max-time 2 "telnet://\${url#tcp://}" > /dev/null; else ask "$@" "$url"; fi
  if [ "$(sent "$cluster")" = "$before" ]; then fail FAILED "$url: not sent to the gateway"
  elif [ "$kind" != tcp ] && ! answered; then fail FAILED "$url: sent to the gateway, and not answered"
  else say gateway "$url"
  fi
}

for tool in awk curl grep mktemp nslookup timeout; do
  command -v $tool > /dev/null || { fail FAILED "the image has no $tool"; exit 1; }
done
n=0
until [ "$(admin ready)" = LIVE ]; do
  n=$((n + 1))
  [ $n -lt 60 ] || { fail FAILED 'no sidecar answers at localhost:15000'; exit 1; }
  sleep 1
done

`;

export const VERIFICATION_END = `
if [ $failures -gt 0 ]; then say FAILED "$failures of these"; exit 1; fi
`;

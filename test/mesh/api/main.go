// Command api is a whole Kubernetes API server with its etcd in one process, and the kubectl of the same version.
//
//	unshare --net --mount api serve     serves https://127.0.0.1:6443 in the namespaces that it is started in, until standard input ends
//	nsenter --net=… api kubectl …       kubectl, as it is
//
// The server writes one line to standard output when it is ready.
package main

import (
	"fmt"
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
)

func main() {
	if len(os.Args) < 2 {
		fatal(fmt.Errorf("usage: api serve|kubectl"))
	}
	switch os.Args[1] {
	case "serve":
		fatal(serve(os.Args[2:]))
	case "kubectl":
		os.Args = os.Args[1:] // kubectl reads them by itself
		os.Exit(cli.Run(cmd.NewDefaultKubectlCommand()))
	default:
		fatal(fmt.Errorf("no command %q: serve or kubectl", os.Args[1]))
	}
}

func fatal(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "api:", err)
		os.Exit(1)
	}
}

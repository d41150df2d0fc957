package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// proxy is one workload's Envoy.
type proxy struct {
	s     *Scenario
	w     *Workload
	space *space
	cmd   *exec.Cmd
	read  sync.WaitGroup // the readers of its output

	mu     sync.Mutex
	access []Hop
	log    []string
	ready  string
}

// start runs Envoy in the workload's namespace under the UID that the capture rules know. Its files are open already: no path
// has to be readable by that user.
func (p *proxy) start(envoy *os.File) error {
	config, err := json.Marshal(p.w.bootstrap(p.s))
	if err != nil {
		return err
	}
	out, outW, err := os.Pipe()
	if err != nil {
		return err
	}
	defer outW.Close()
	if err := outW.Chown(proxyUID, proxyUID); err != nil { // Envoy opens /dev/stdout anew
		return err
	}
	logs, logsW, err := os.Pipe()
	if err != nil {
		return err
	}
	defer logsW.Close()
	// Connections to a listener that changes end with their next answer; a gradual drain counts in seconds, and breaks those of a short one.
	p.cmd = exec.Command("/proc/self/fd/3", "--config-yaml", string(config), "--concurrency", "1", "--disable-hot-restart", "--log-level", "warning",
		"--log-format", "%n: %v", "--drain-time-s", "1", "--drain-strategy", "immediate", "--file-flush-interval-msec", "10")
	p.cmd.Args[0] = "envoy " + p.w.Name
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.ExtraFiles = outW, logsW, []*os.File{envoy}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: proxyUID, Gid: proxyUID}}
	p.ready = "starting"
	if err := p.space.do(0, p.cmd.Start); err != nil {
		return fmt.Errorf("envoy of %s: %w", p.w.Name, err)
	}
	p.read.Add(2)
	go p.readAccess(out)
	go p.readLog(logs)
	return nil
}

func (p *proxy) readAccess(r io.ReadCloser) {
	defer p.read.Done()
	defer r.Close()
	eachLine(r, func(b []byte) {
		h := Hop{Proxy: p.w.Name}
		if json.Unmarshal(b, &h.Line) == nil {
			h.start, _ = time.Parse(time.RFC3339, str(h.Line, "start_time"))
			p.mu.Lock()
			p.access = append(p.access, h)
			p.mu.Unlock()
		}
	})
}

func (p *proxy) readLog(r io.ReadCloser) {
	defer p.read.Done()
	defer r.Close()
	eachLine(r, func(b []byte) {
		p.mu.Lock()
		p.log = append(p.log, string(b))
		p.mu.Unlock()
	})
}

func eachLine(r io.Reader, f func([]byte)) {
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		f(sc.Bytes())
	}
}

func str(m map[string]any, k string) string { s, _ := m[k].(string); return s }

var admin = http.Client{Timeout: 3 * time.Second}

func (p *proxy) url(path string) string {
	return fmt.Sprintf("http://%s:%d%s", p.w.ip, adminPort, path)
}

func (p *proxy) get(path string) (string, error) {
	r, err := admin.Get(p.url(path))
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	return strings.TrimSpace(string(b)), err
}

// wait returns when the proxy serves with all that istiod told it, or after the limit.
func (p *proxy) wait(limit time.Duration) {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if s, err := p.get("/ready"); err == nil {
			if p.ready = s; s == "LIVE" {
				return
			}
		}
	}
}

// warming names what the proxy has accepted but does not use yet.
func (p *proxy) warming() (out []string) {
	if p.cmd == nil {
		return nil
	}
	for k, v := range p.stats(`^(cluster_manager\.warming_clusters|listener_manager\.total_listeners_warming)$`) {
		if v > 0 {
			out = append(out, fmt.Sprintf("%s: %s %d", p.w.Name, k, v))
		}
	}
	return out
}

// kill ends the proxy at once, as a crash would, but for the access log that it owes.
func (p *proxy) kill() {
	if p.cmd == nil {
		return
	}
	for range 100 {
		if p.stats("^filesystem.write_total_buffered$")["filesystem.write_total_buffered"] == 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
	p.read.Wait()
	p.cmd = nil
}

// quit lets the proxy write its last lines of access log.
func (p *proxy) quit() {
	if p.cmd == nil {
		return
	}
	if r, err := admin.Post(p.url("/quitquitquit"), "", nil); err == nil {
		_ = r.Body.Close()
	}
	done := make(chan struct{})
	go func() { _ = p.cmd.Wait(); p.read.Wait(); close(done) }()
	select {
	case <-done:
		p.cmd = nil
	case <-time.After(3 * time.Second):
		_ = p.cmd.Process.Kill()
		<-done
		p.cmd = nil
	}
}

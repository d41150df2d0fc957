// Command lab puts Istio manifests into a small real mesh and reports what happened to real requests. See README.md.
//
//	lab run   < scenario.json    istiod's own discovery server, real Envoys, network namespaces (Linux, root; ENVOY names the binary)
//	lab size  < scenario.json    how much configuration each proxy would be sent
//	lab check < sets.json        CRD schemas with CEL, istiod's webhook validation and istioctl analyze
//	lab config < sets.jsonl      what istiod makes of each set for every proxy, a line for each set as it comes
//	lab validate < sets.json     whether Envoy takes what istiod makes of each set (Linux, root; ENVOY names the binary)
//
// The answer is JSON on standard output.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

func main() {
	if len(os.Args) != 2 {
		fatal(fmt.Errorf("usage: lab run|size|check|config|validate < input.json"))
	}
	// Commands with an underscore are this program's own second process, whose environment Istio's packages have read.
	var err error
	switch os.Args[1] {
	case "run", "size", "check", "config", "validate":
		err = reexec(os.Args[1])
	case "_run":
		err = answer(runMain)
	case "_size":
		err = answer(sizeMain)
	case "_check":
		err = answer(checkMain)
	case "_config":
		quietIstio()
		err = configMain(os.Stdin, os.NewFile(resultFd, "result"))
	case "_validate":
		err = answer(validateMain)
	default:
		err = fmt.Errorf("no command %q: run, size, check, config or validate", os.Args[1])
	}
	fatal(err)
}

func fatal(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
		os.Exit(1)
	}
}

// reexec starts this program again with istiod's environment; for proxies also with its own process, network and mount
// namespaces. Each process dies with its parent, and with the first process of a process namespace all others: whatever ends
// this program, nothing of it stays.
func reexec(command string) error {
	runtime.LockOSThread() // the child dies with the thread that started it
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return err
	}
	var in []byte
	if command != "config" { // its sets are read one by one
		var err error
		if in, err = io.ReadAll(os.Stdin); err != nil {
			return err
		}
	}
	ambient, more := false, map[string]string(nil)
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var files []*os.File
	switch command {
	case "run", "size":
		s, err := readScenario(bytes.NewReader(in))
		if err != nil {
			return err
		}
		ambient, more = s.ambient(), s.Env
	case "validate":
		sets, err := readSets(bytes.NewReader(in))
		if err != nil {
			return err
		}
		ambient = slices.ContainsFunc(sets, func(s Scenario) bool { return s.ambient() })
	}
	if command == "run" || command == "validate" {
		envoy, err := openEnvoy()
		if err != nil {
			return err
		}
		files = append(files, envoy)
		attr.Cloneflags = unix.CLONE_NEWNET | unix.CLONE_NEWPID | unix.CLONE_NEWNS
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	c := exec.Command(self, "_"+command)
	c.Env = append(append(os.Environ(), "GOGC=400"), istiodEnv(ambient, more)...) // it lives for a second: collecting less saves a tenth of its time
	c.Stdout, c.Stderr = os.Stderr, os.Stderr                                     // istiod logs to standard output before it can be told otherwise
	if c.Stdin = bytes.NewReader(in); command == "config" {
		c.Stdin = os.Stdin
	}
	c.ExtraFiles = append([]*os.File{os.Stdout}, files...)
	c.SysProcAttr = attr
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s: %w", command, err)
	}
	return nil
}

const (
	resultFd = 3
	envoyFd  = 4
)

func openEnvoy() (*os.File, error) {
	path := os.Getenv("ENVOY")
	if path == "" {
		return nil, fmt.Errorf("ENVOY must name the Envoy binary")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("ENVOY: %w", err)
	}
	if st, err := f.Stat(); err != nil || st.Mode()&0o001 == 0 {
		return nil, fmt.Errorf("ENVOY: %s cannot be executed by every user", path)
	}
	return f, nil
}

// answer writes what a command found.
func answer[T any](command func(in io.Reader) (T, error)) error {
	quietIstio()
	out, err := command(os.Stdin)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.NewFile(resultFd, "result")).Encode(out)
}

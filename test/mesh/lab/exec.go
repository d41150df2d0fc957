package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Exec is a program that runs where an application of a workload would, and as its user.
type Exec struct {
	Name    string            `json:"name"`
	From    string            `json:"from"` // a workload's name
	Command []string          `json:"command"`
	Env     map[string]string `json:"env"` // beside this process's own
}

// ExecReport is what such a program said, and how it ended.
type ExecReport struct {
	Output string `json:"output"`
	Exit   int    `json:"exit"`
}

// execLimit ends a program that does not end by itself.
const execLimit = 100 * time.Second

func (m *lab) exec(e Exec) (*ExecReport, error) {
	sp := m.net.spaces[e.From]
	if sp == nil || len(e.Command) == 0 {
		return nil, fmt.Errorf("exec of %q in %q: no such command or workload", e.Command, e.From)
	}
	out, err := os.CreateTemp(privateFiles, "exec") // and no pipe: a process that it leaves behind would keep that open
	if err != nil {
		return nil, err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	c := exec.Command(e.Command[0], e.Command[1:]...)
	c.Env = os.Environ()
	for k, v := range e.Env {
		c.Env = append(c.Env, k+"="+v)
	}
	c.Stdout, c.Stderr, c.Dir = out, out, "/"
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: applicationUID, Gid: applicationUID}}
	if err := sp.do(0, c.Start); err != nil {
		return nil, fmt.Errorf("exec in %s: %w", e.From, err)
	}
	late := time.AfterFunc(execLimit, func() { _ = c.Process.Kill() })
	defer late.Stop()
	var failed *exec.ExitError
	if err := c.Wait(); err != nil && !errors.As(err, &failed) {
		return nil, err
	}
	said, err := os.ReadFile(out.Name())
	return &ExecReport{Output: string(said), Exit: c.ProcessState.ExitCode()}, err
}

package main

import (
	"fmt"
	"time"
)

// run does the scenario's steps in order. A step that fails says so in its report; the next ones are done all the same.
func (m *lab) run(r *Report) {
	for i, s := range m.s.Steps {
		time.Sleep(time.Until(time.Now().Truncate(time.Millisecond).Add(time.Millisecond))) // access logs count in milliseconds
		m.step.Store(int64(i))
		x := &StepReport{start: time.Now()}
		r.Steps = append(r.Steps, x)
		if err := m.do(s, x); err != nil {
			x.Error = err.Error()
		}
		x.MS = time.Since(x.start).Milliseconds()
	}
}

func (m *lab) do(s Step, x *StepReport) error {
	switch {
	case s.Request != nil:
		x.Step = fmt.Sprintf("request %s from %s", s.Request.URL, s.Request.From)
		c, err := newClient(*s.Request, m.s, m.p, m.net, m.ztunnel)
		if err != nil {
			return err
		}
		x.Answer = c.send(c.transport(false))
	case s.Load != nil:
		x.Step = fmt.Sprintf("load %s of %d to %s from %s", s.Load.Name, s.Load.Count, s.Load.URL, s.Load.From)
		c, err := newClient(s.Load.Request, m.s, m.p, m.net, m.ztunnel)
		if err != nil {
			return err
		}
		if s.Load.Name == "" || m.loads[s.Load.Name] != nil {
			return fmt.Errorf("a load needs a name of its own, not %q", s.Load.Name)
		}
		l := startLoad(*s.Load, c, &m.step)
		m.loads[s.Load.Name], x.Load = l, l.report
	case s.Await != "":
		x.Step = "await " + s.Await
		return m.withLoad(s.Await, func(l *load) { l.finish() })
	case s.Stop != "":
		x.Step = "stop " + s.Stop
		return m.withLoad(s.Stop, func(l *load) { l.stop(); l.finish() })
	case s.Kill != "":
		x.Step = "kill " + s.Kill
		return m.withProxy(s.Kill, func(p *proxy) error { p.kill(); return nil })
	case s.Start != "":
		x.Step = "start " + s.Start
		return m.withProxy(s.Start, m.startAgain)
	case s.Down != "":
		x.Step = "down " + s.Down
		return m.servers.down(s.Down)
	case s.Up != "":
		x.Step = "up " + s.Up
		return m.servers.up(s.Up)
	case s.Apply != "":
		x.Step = "apply"
		if err := m.change(s.Apply, m.apply); err != nil {
			return err
		}
		return converge(m.istiod, m.proxies, m.limit)
	case s.Delete != "":
		x.Step = "delete"
		if err := m.change(s.Delete, m.remove); err != nil {
			return err
		}
		return converge(m.istiod, m.proxies, m.limit)
	case s.Exec != nil:
		x.Step = fmt.Sprintf("exec %s in %s", s.Exec.Name, s.Exec.From)
		var err error
		x.Exec, err = m.exec(*s.Exec)
		return err
	default:
		return fmt.Errorf("a step that says nothing")
	}
	return nil
}

func (m *lab) startAgain(p *proxy) error {
	if p.cmd != nil {
		return fmt.Errorf("the proxy of %s runs", p.w.Name)
	}
	if err := p.start(m.envoy); err != nil {
		return err
	}
	if p.wait(m.limit); p.ready != "LIVE" {
		return fmt.Errorf("the proxy of %s is not ready after %s: %s", p.w.Name, m.limit, p.ready)
	}
	return nil
}

func (m *lab) withProxy(name string, f func(*proxy) error) error {
	if p := m.proxies[name]; p != nil {
		return f(p)
	}
	return fmt.Errorf("no workload %q with a proxy", name)
}

func (m *lab) withLoad(name string, f func(*load)) error {
	l := m.loads[name]
	if l == nil {
		return fmt.Errorf("no load %q", name)
	}
	f(l)
	return nil
}

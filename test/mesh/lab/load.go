package main

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const loadAgent = "lab-load/" // marks a load's requests in the access logs

// load is a running Load.
type load struct {
	Load
	report *LoadReport
	stop   context.CancelFunc
	done   chan struct{}
	took   []time.Duration
	mu     sync.Mutex
}

// startLoad returns when every worker has had an answer, so that what follows meets running traffic.
func startLoad(l Load, c *client, step *atomic.Int64) *load {
	ctx, cancel := context.WithCancel(context.Background())
	r := &load{Load: l, stop: cancel, done: make(chan struct{}), report: &LoadReport{Tally: map[string]int{}, During: map[int]map[string]int{}}}
	c.agent = loadAgent + l.Name
	t := c.transport(true)
	var sent atomic.Int64
	var workers, started sync.WaitGroup
	var pace <-chan time.Time
	if l.Rate > 0 {
		pace = time.NewTicker(time.Second / time.Duration(l.Rate)).C
	}
	for range max(1, min(l.Concurrency, l.Count)) {
		workers.Add(1)
		started.Add(1)
		go func() {
			defer workers.Done()
			first := sync.OnceFunc(started.Done)
			defer first()
			for sent.Add(1) <= int64(l.Count) && ctx.Err() == nil {
				if pace != nil {
					select {
					case <-pace:
					case <-ctx.Done():
						return
					}
				}
				at, t0 := int(step.Load()), time.Now()
				r.record(at, c.send(t), time.Since(t0))
				first()
			}
		}()
	}
	go func() { workers.Wait(); t.CloseIdleConnections(); close(r.done) }()
	started.Wait()
	return r
}

func (l *load) record(step int, a *Answer, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	o := outcome(a)
	l.report.Sent++
	l.report.Tally[o]++
	if l.report.During[step] == nil {
		l.report.During[step] = map[string]int{}
	}
	l.report.During[step][o]++
	l.took = append(l.took, took)
}

// outcome is the status and the server's name, or the error without the ports that differ from one to the next.
func outcome(a *Answer) string {
	switch {
	case a.Error != "":
		return stableError(a.Error)
	case a.Server != nil && a.Status == 0:
		return a.Server.Server
	case a.Server != nil:
		return strconv.Itoa(a.Status) + " " + a.Server.Server
	}
	return strconv.Itoa(a.Status)
}

func stableError(s string) string {
	if i := strings.LastIndex(s, ": "); i >= 0 {
		return s[i+2:]
	}
	return s
}

// finish closes the books. It may be called twice.
func (l *load) finish() *LoadReport {
	<-l.done
	l.mu.Lock()
	defer l.mu.Unlock()
	slices.Sort(l.took)
	at := func(q float64) float64 {
		if len(l.took) == 0 {
			return 0
		}
		return float64(l.took[int(q*float64(len(l.took)-1))].Microseconds()) / 1000
	}
	l.report.P50MS, l.report.P99MS = at(0.5), at(0.99)
	return l.report
}

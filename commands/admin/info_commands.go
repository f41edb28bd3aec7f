package admin

import (
	"fmt"
	"strconv"

	"coordd/commands"
)

// Statistics are what INFO shows of the commands that were carried out. Safe
// for many goroutines; each list is sorted.
type Statistics interface {
	Commands() []commands.CommandStat
	Errors() []commands.ErrorStat
	Latencies() []commands.LatencyStat
}

func (a *admin) infoCommandStats(p *page) {
	for _, c := range a.Statistics.Commands() {
		each := float64(c.Micros) / float64(max(c.Calls, 1))
		p.line("cmdstat_"+c.Name, fmt.Sprintf("calls=%d,usec=%d,usec_per_call=%.2f,rejected_calls=%d,failed_calls=%d",
			c.Calls, c.Micros, each, c.Rejected, c.Failed))
	}
}

func (a *admin) infoErrorStats(p *page) {
	for _, e := range a.Statistics.Errors() {
		p.line("errorstat_"+e.Code, fmt.Sprintf("count=%d", e.Count))
	}
}

func (a *admin) infoLatencyStats(p *page) {
	for _, l := range a.Statistics.Latencies() {
		text := ""
		for i, at := range l.Points {
			if i > 0 {
				text += ","
			}
			text += "p" + strconv.FormatFloat(at.Percentile, 'f', -1, 64) + "=" + fmt.Sprintf("%.3f", at.Micros)
		}
		p.line("latency_percentiles_usec_"+l.Name, text)
	}
}

package observe

import (
	"flag"
	"testing"

	"coordd/commands/transcript"
)

var update = flag.Bool("update", false, "write the replies into testdata; read the diff before you keep it")

func TestTranscriptsInProcess(t *testing.T) {
	transcript.PlayAll(t, newRig(t), "testdata", transcript.Rules{Update: *update})
}

func TestTranscriptsAgainstRedis(t *testing.T) {
	addr, ok := transcript.StartRedis(t)
	if !ok {
		return
	}
	player := transcript.NewTCP(addr)
	t.Cleanup(player.Close)
	transcript.PlayAll(t, player, "testdata", transcript.Rules{Redis: true, WallClock: true})
}

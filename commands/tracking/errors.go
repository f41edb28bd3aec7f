package tracking

import (
	"strings"

	"coordd/resp"
)

// Error texts of Redis 7.2, byte for byte.
var (
	errSyntax       = resp.Error("ERR syntax error")
	errNotInteger   = resp.Error("ERR value is not an integer or out of range")
	errTwoRedirects = resp.Error("ERR A client can only redirect to a single other client")
	errNoTarget     = resp.Error("ERR The client ID you want redirect to does not exist")
	errPrefixAlone  = resp.Error("ERR PREFIX option requires BCAST mode to be enabled")
	errSwitchBCast  = resp.Error("ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.")
	errOptBCast     = resp.Error("ERR OPTIN and OPTOUT are not compatible with BCAST")
	errBothOpts     = resp.Error("ERR You can't specify both OPTIN mode and OPTOUT mode")
	errSwitchOpt    = resp.Error("ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.")
	errCachingOff   = resp.Error("ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled")
	errCachingYes   = resp.Error("ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.")
	errCachingNo    = resp.Error("ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.")
)

func errOverlap(prefix, which, other string) resp.Reply {
	oneLine := strings.NewReplacer("\r", " ", "\n", " ")
	return resp.Error(oneLine.Replace("ERR Prefix '" + prefix + "' overlaps with " + which + " prefix '" + other + "'. Prefixes for a single client must not overlap."))
}

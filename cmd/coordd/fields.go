package main

import (
	"fmt"
	"math"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"coordd/ring"
)

// Limits of the settings that are numbers of things.
const (
	maxGroups = ring.MaxGroups
	maxVoters = 9 // beyond this every write waits for more disks than it gains in safety
)

// field ties one setting to a variable of its own type. set takes the text of
// a value, and refuses it with a phrase that needs no name in front; show gives
// the value back as CONFIG GET prints it.
type field struct {
	set  func(text string) error
	show func() string
}

func text(p *string) field {
	return field{
		set:  func(text string) error { *p = text; return nil },
		show: func() string { return *p },
	}
}

func whole(p *int, least, most int) field {
	return field{
		set: func(text string) error {
			n, err := strconv.Atoi(text)
			if err != nil || n < least || n > most {
				return fmt.Errorf("%q is not a whole number from %d to %d", text, least, most)
			}
			*p = n
			return nil
		},
		show: func() string { return strconv.Itoa(*p) },
	}
}

func oneOf(p *string, words ...string) field {
	return field{
		set: func(text string) error {
			if !slices.Contains(words, text) {
				return fmt.Errorf("%q is none of %s", text, strings.Join(words, ", "))
			}
			*p = text
			return nil
		},
		show: func() string { return *p },
	}
}

// logLevel is a word of ours that CONFIG GET shows as Redis's nearest.
func logLevel(p *string) field {
	f := oneOf(p, "debug", "info", "warn", "error")
	f.show = func() string {
		switch *p {
		case "debug":
			return "debug"
		case "info":
			return "notice"
		default:
			return "warning" // Redis has nothing that says less
		}
	}
	return f
}

func name(p *string) field {
	return field{
		set: func(text string) error {
			other := func(r rune) bool {
				return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_", r)
			}
			if text == "" || strings.ContainsFunc(text, other) {
				return fmt.Errorf("%q is not a name of letters, digits, and . - _", text)
			}
			*p = text
			return nil
		},
		show: func() string { return *p },
	}
}

// duration takes Go's form, with a unit.
func duration(p *time.Duration, least, most time.Duration) field {
	return field{
		set: func(text string) error {
			d, err := time.ParseDuration(text)
			if err != nil {
				return fmt.Errorf("%q is not a duration with a unit, as 10s or 500ms", text)
			}
			if d < least || d > most {
				return fmt.Errorf("%q is not between %v and %v", text, least, most)
			}
			*p = d
			return nil
		},
		show: func() string { return p.String() },
	}
}

// seconds takes a whole number without a unit, as Redis does.
func seconds(p *time.Duration) field {
	return field{
		set: func(text string) error {
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 || n > math.MaxInt32 {
				return fmt.Errorf("%q is not a whole number of seconds, 0 or more", text)
			}
			*p = time.Duration(n) * time.Second
			return nil
		},
		show: func() string { return strconv.FormatInt(int64(*p/time.Second), 10) },
	}
}

// size takes Redis's memory units: k is 1000, kb is 1024, and so on; any case.
func size(p *int64, least int64) field {
	return field{
		set: func(text string) error {
			n, err := parseSize(text)
			if err != nil {
				return err
			}
			if n < least {
				return fmt.Errorf("%q is less than %d bytes", text, least)
			}
			*p = n
			return nil
		},
		show: func() string { return strconv.FormatInt(*p, 10) },
	}
}

func parseSize(text string) (int64, error) {
	units := map[string]int64{
		"": 1, "b": 1,
		"k": 1e3, "kb": 1 << 10,
		"m": 1e6, "mb": 1 << 20,
		"g": 1e9, "gb": 1 << 30,
	}
	digits := strings.TrimRight(text, "bBkKmMgG")
	unit, known := units[strings.ToLower(text[len(digits):])]
	n, err := strconv.ParseUint(digits, 10, 63)
	if err != nil || !known {
		return 0, fmt.Errorf("%q is not a size, as 1048576, 512mb or 1gb", text)
	}
	if int64(n) > math.MaxInt64/unit {
		return 0, fmt.Errorf("%q is too large", text)
	}
	return int64(n) * unit, nil
}

// Whether an address may stand for every address of the machine: one to listen
// on may, one that others are to dial must not.
const (
	mayBeWildcard  = true
	mustBeDialable = false
)

func address(p *string, wildcardAllowed bool) field {
	return field{
		set: func(text string) error {
			host, _, err := splitAddress(text)
			if err != nil {
				return err
			}
			if isWildcard(host) && !wildcardAllowed {
				return fmt.Errorf("%q means every address of a machine, which nobody can dial: name one host", text)
			}
			*p = text
			return nil
		},
		show: func() string { return *p },
	}
}

func addressList(p *[]string) field {
	return field{
		set: func(text string) error {
			var list []string
			for _, part := range strings.Split(text, ",") {
				var one string
				if err := address(&one, mustBeDialable).set(strings.TrimSpace(part)); err != nil {
					return err
				}
				if slices.Contains(list, one) {
					return fmt.Errorf("%q is listed twice", one)
				}
				list = append(list, one)
			}
			*p = list
			return nil
		},
		show: func() string { return strings.Join(*p, ",") },
	}
}

// splitAddress takes HOST:PORT apart; the host may be empty.
func splitAddress(text string) (host string, port int, err error) {
	host, digits, err := net.SplitHostPort(text)
	if err != nil || strings.ContainsAny(host, " \t/,") {
		return "", 0, fmt.Errorf("%q is not HOST:PORT", text)
	}
	port, err = strconv.Atoi(digits)
	if err != nil || port < 1 || port > 65535 {
		return "", 0, fmt.Errorf("%q has no port from 1 to 65535", text)
	}
	return host, port, nil
}

// isWildcard tells whether host means every address of the machine.
func isWildcard(host string) bool {
	ip := net.ParseIP(host)
	return host == "" || ip != nil && ip.IsUnspecified()
}

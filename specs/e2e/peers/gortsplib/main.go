// A peer for the end-to-end specs: gortsplib's client with a command line. It publishes packets that anybody can work out
// again, or reads, over any of the transports and tunnels that the library knows, and tells what happens as lines of JSON.
//
//	peer publish|read -url URL -over udp|tcp|multicast [-tunnel none|http|websocket] [-secure] [-packets N] ...
//
// It ends by itself: with 0 when all packets have come or gone or when it was interrupted, with 1 when anything failed.
package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/headers"
)

// Longer than any spec waits, so that a peer that was forgotten does not stay.
const longestLife = 60 * time.Second

type settings struct {
	url      string
	over     string
	tunnel   string
	isSecure bool
	packets  int
	pauseAt  int
	talk     int
}

func readSettings(arguments []string) (*settings, error) {
	s := &settings{}
	flags := flag.NewFlagSet("peer", flag.ContinueOnError)
	flags.StringVar(&s.url, "url", "", "where to publish or read")
	flags.StringVar(&s.over, "over", "tcp", "udp, tcp or multicast")
	flags.StringVar(&s.tunnel, "tunnel", "none", "none, http or websocket")
	flags.BoolVar(&s.isSecure, "secure", false, "publish with the profile SAVP; a reader takes what is described")
	flags.IntVar(&s.packets, "packets", 100, "how many packets to publish or to read")
	flags.IntVar(&s.pauseAt, "pause-at", 0, "read: after so many packets PAUSE, wait, and PLAY again")
	flags.IntVar(&s.talk, "talk", 0, "read: ask for back channels and send so many packets on the first")
	return s, flags.Parse(arguments)
}

func (s *settings) client() (*gortsplib.Client, error) {
	protocols := map[string]gortsplib.Protocol{
		"udp": gortsplib.ProtocolUDP, "tcp": gortsplib.ProtocolTCP, "multicast": gortsplib.ProtocolUDPMulticast,
	}
	tunnels := map[string]gortsplib.Tunnel{
		"none": gortsplib.TunnelNone, "http": gortsplib.TunnelHTTP, "websocket": gortsplib.TunnelWebSocket,
	}
	protocol, isProtocol := protocols[s.over]
	tunnel, isTunnel := tunnels[s.tunnel]
	if !isProtocol || !isTunnel {
		return nil, fmt.Errorf("no such transport or tunnel: %s, %s", s.over, s.tunnel)
	}
	return &gortsplib.Client{
		Protocol:            &protocol,
		Tunnel:              tunnel,
		TLSConfig:           &tls.Config{InsecureSkipVerify: true},
		RequestBackChannels: s.talk > 0,
		OnPacketsLost:       func(lost uint64) { tell(event{Event: "lost", Count: int(lost)}) },
		OnDecodeError:       func(err error) { tell(event{Event: "decode-error", Text: err.Error()}) },
		OnTransportSwitch:   func(err error) { tell(event{Event: "switched", Text: err.Error()}) },
	}, nil
}

// An event is one line of output; what does not belong to it is left out.
type event struct {
	Event string `json:"event"`
	// Of a packet: a digest of everything in it that a server may not change.
	Digest string `json:"digest,omitempty"`
	Count  int    `json:"count,omitempty"`
	Text   string `json:"text,omitempty"`
	// How packets travel, as it was agreed upon.
	Protocol string `json:"protocol,omitempty"`
	Profile  string `json:"profile,omitempty"`
}

var output sync.Mutex

func tell(e event) {
	output.Lock()
	defer output.Unlock()
	_ = json.NewEncoder(os.Stdout).Encode(e)
}

// Says how packets travel once a session is on its way.
func tellTransport(name string, client *gortsplib.Client) {
	session := client.Transport().Session
	profile := "AVP"
	if session.Profile == headers.TransportProfileSAVP {
		profile = "SAVP"
	}
	tell(event{Event: name, Protocol: session.Protocol.String(), Profile: profile})
}

func run(ctx context.Context) error {
	if len(os.Args) < 2 {
		return fmt.Errorf("publish or read?")
	}
	s, err := readSettings(os.Args[2:])
	if err != nil {
		return err
	}
	client, err := s.client()
	if err != nil {
		return err
	}
	switch os.Args[1] {
	case "publish":
		return publish(ctx, client, s)
	case "read":
		return read(ctx, client, s)
	}
	return fmt.Errorf("publish or read, not %s", os.Args[1])
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, longestLife)
	defer cancel()
	if err := run(ctx); err != nil {
		tell(event{Event: "failed", Text: err.Error()})
		os.Exit(1)
	}
	tell(event{Event: "ended"})
}

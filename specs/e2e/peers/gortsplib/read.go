package main

import (
	"context"
	"fmt"
	"time"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"github.com/bluenviron/gortsplib/v5/pkg/description"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/pion/rtp"
)

const pauseTime = 300 * time.Millisecond

func read(ctx context.Context, client *gortsplib.Client, s *settings) error {
	url, err := base.ParseURL(s.url)
	if err != nil {
		return err
	}
	client.Scheme, client.Host = url.Scheme, url.Host
	if err = client.Start(); err != nil {
		return err
	}
	defer client.Close()
	described, _, err := client.Describe(url)
	if err != nil {
		return err
	}
	if err = client.SetupAll(described.BaseURL, described.Medias); err != nil {
		return err
	}
	// Holds all that a run may bring, so that the library never waits for us.
	arrived := make(chan struct{}, 65_536)
	client.OnPacketRTPAny(func(_ *description.Media, _ format.Format, packet *rtp.Packet) {
		tell(event{Event: "packet", Digest: digestOf(packet)})
		arrived <- struct{}{}
	})
	if _, err = client.Play(nil); err != nil {
		return err
	}
	tellTransport("playing", client)
	if s.talk > 0 {
		if err = talk(client, described, s.talk); err != nil {
			return err
		}
	}
	if s.pauseAt > 0 {
		if err = await(ctx, client, arrived, s.pauseAt); err != nil {
			return err
		}
		if err = pauseAndPlay(client, arrived); err != nil {
			return err
		}
	}
	return await(ctx, client, arrived, s.packets)
}

// Waits for a number of packets; the client ending before that is an error.
func await(ctx context.Context, client *gortsplib.Client, arrived <-chan struct{}, packets int) error {
	failed := make(chan error, 1)
	go func() { failed <- client.Wait() }()
	for range packets {
		select {
		case <-arrived:
		case err := <-failed:
			return fmt.Errorf("the session ended: %w", err)
		case <-ctx.Done():
			return fmt.Errorf("interrupted before all packets had come")
		}
	}
	return nil
}

// The count of `paused` is how many packets came after the answer to PAUSE.
func pauseAndPlay(client *gortsplib.Client, arrived chan struct{}) error {
	if _, err := client.Pause(); err != nil {
		return err
	}
	before := len(arrived)
	time.Sleep(pauseTime)
	tell(event{Event: "paused", Count: len(arrived) - before})
	_, err := client.Play(nil)
	return err
}

func talk(client *gortsplib.Client, described *description.Session, packets int) error {
	for _, media := range described.Medias {
		if !media.IsBackChannel {
			continue
		}
		for index := range packets {
			packet := knownPacket(index)
			packet.PayloadType = media.Formats[0].PayloadType()
			tell(event{Event: "said", Digest: digestOf(packet)})
			if err := client.WritePacketRTP(media, packet); err != nil {
				return err
			}
			time.Sleep(pace)
		}
		return nil
	}
	return fmt.Errorf("no back channel was described")
}

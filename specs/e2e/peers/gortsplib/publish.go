package main

import (
	"context"
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"time"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/description"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/gortsplib/v5/pkg/headers"
	"github.com/pion/rtp"
)

const (
	pace          = 10 * time.Millisecond
	ticksPerFrame = 3600
	// Sequence numbers start shortly before they wrap, so each run sees that too.
	firstSequence = 65_500
	keyEvery      = 25
)

// The packet of an index: one NAL unit of H.264, a frame each, whose bytes follow from the index alone.
func knownPacket(index int) *rtp.Packet {
	payload := make([]byte, 200+(index*37)%1000)
	state := uint32(index + 1)
	for i := range payload {
		state = state*1_664_525 + 1_013_904_223
		payload[i] = byte(state >> 24)
	}
	payload[0] = 0x41
	if index%keyEvery == 0 {
		payload[0] = 0x65
	}
	return &rtp.Packet{
		Header: rtp.Header{
			Version:        2,
			Marker:         true,
			PayloadType:    96,
			SequenceNumber: uint16(firstSequence + index),
			Timestamp:      uint32(index * ticksPerFrame),
		},
		Payload: payload,
	}
}

// Of what a server must hand on unchanged: everything but the SSRC, which is the server's own business.
func digestOf(packet *rtp.Packet) string {
	head := binary.BigEndian.AppendUint32(nil, packet.Timestamp)
	head = binary.BigEndian.AppendUint16(head, packet.SequenceNumber)
	head = append(head, packet.PayloadType)
	if packet.Marker {
		head = append(head, 1)
	}
	sum := md5.Sum(append(head, packet.Payload...))
	return hex.EncodeToString(sum[:8])
}

func publish(ctx context.Context, client *gortsplib.Client, s *settings) error {
	media := &description.Media{
		Type: description.MediaTypeVideo,
		Formats: []format.Format{&format.H264{
			PayloadTyp:        96,
			PacketizationMode: 1,
			SPS:               []byte{0x67, 0x42, 0xc0, 0x28, 0xd9, 0x00, 0x78, 0x02, 0x27, 0xe5, 0x84, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0xf0, 0x3c, 0x60, 0xc9, 0x20},
			PPS:               []byte{0x44, 0x01, 0xc0, 0x25, 0x2f, 0x05, 0x32, 0x40},
		}},
	}
	if s.isSecure {
		media.Profile = headers.TransportProfileSAVP
	}
	if err := client.StartRecording(s.url, &description.Session{Medias: []*description.Media{media}}); err != nil {
		return err
	}
	defer client.Close()
	tellTransport("recording", client)
	failed := make(chan error, 1)
	go func() { failed <- client.Wait() }()
	ticker := time.NewTicker(pace)
	defer ticker.Stop()
	for index := range s.packets {
		packet := knownPacket(index)
		tell(event{Event: "packet", Digest: digestOf(packet)})
		if err := client.WritePacketRTP(media, packet); err != nil {
			return err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		}
	}
	return nil
}

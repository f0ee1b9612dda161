// The same application as benchmarks/server.js on gortsplib: whoever publishes a path is relayed to whoever reads it.
// The library's defaults, but for the write queue: with its default of 256 packets it loses some at 200 readers.
//
//	gortsplib <RTSP port> <RTP port>
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"github.com/bluenviron/gortsplib/v5/pkg/description"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/pion/rtp"
)

type publication struct {
	session *gortsplib.ServerSession
	stream  *gortsplib.ServerStream
}

type relay struct {
	server       *gortsplib.Server
	mutex        sync.RWMutex
	publications map[string]publication
}

func ok() *base.Response { return &base.Response{StatusCode: base.StatusOK} }

func (r *relay) streamAt(path string) (*base.Response, *gortsplib.ServerStream, error) {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	found, isThere := r.publications[path]
	if !isThere {
		return &base.Response{StatusCode: base.StatusNotFound}, nil, nil
	}
	return ok(), found.stream, nil
}

func (r *relay) OnSessionClose(ctx *gortsplib.ServerHandlerOnSessionCloseCtx) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for path, publication := range r.publications {
		if publication.session == ctx.Session {
			delete(r.publications, path)
			publication.stream.Close()
		}
	}
}

func (r *relay) OnAnnounce(ctx *gortsplib.ServerHandlerOnAnnounceCtx) (*base.Response, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if _, isThere := r.publications[ctx.Path]; isThere {
		return &base.Response{StatusCode: base.StatusForbidden}, nil
	}
	stream := &gortsplib.ServerStream{Server: r.server, Desc: ctx.Description}
	if err := stream.Initialize(); err != nil {
		return &base.Response{StatusCode: base.StatusBadRequest}, err
	}
	r.publications[ctx.Path] = publication{ctx.Session, stream}
	return ok(), nil
}

func (r *relay) OnDescribe(ctx *gortsplib.ServerHandlerOnDescribeCtx) (*base.Response, *gortsplib.ServerStream, error) {
	return r.streamAt(ctx.Path)
}

func (r *relay) OnSetup(ctx *gortsplib.ServerHandlerOnSetupCtx) (*base.Response, *gortsplib.ServerStream, error) {
	if ctx.Session.State() == gortsplib.ServerSessionStatePreRecord {
		return ok(), nil, nil
	}
	return r.streamAt(ctx.Path)
}

func (r *relay) OnPlay(*gortsplib.ServerHandlerOnPlayCtx) (*base.Response, error) { return ok(), nil }

func (r *relay) OnRecord(ctx *gortsplib.ServerHandlerOnRecordCtx) (*base.Response, error) {
	_, stream, _ := r.streamAt(ctx.Path)
	ctx.Session.OnPacketRTPAny(func(media *description.Media, _ format.Format, packet *rtp.Packet) {
		_ = stream.WritePacketRTP(media, packet)
	})
	return ok(), nil
}

func main() {
	rtpPort, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	r := &relay{publications: map[string]publication{}}
	r.server = &gortsplib.Server{
		Handler:        r,
		RTSPAddress:    "127.0.0.1:" + os.Args[1],
		UDPRTPAddress:  fmt.Sprintf("127.0.0.1:%d", rtpPort),
		UDPRTCPAddress: fmt.Sprintf("127.0.0.1:%d", rtpPort+1),
		WriteQueueSize: 4096,
	}
	if err := r.server.Start(); err != nil {
		panic(err)
	}
	fmt.Println("listening")
	_ = r.server.Wait()
}

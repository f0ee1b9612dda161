/**
 * What `--help` prints. Written out as people read it, at most 80 columns wide; a spec holds it against the options, so
 * that none is missing here.
 */

/** The help text; ends with a line break. */
export const helpText = `rxrtsp - RTSP server: publish a stream to a path, and anybody can play it there

Usage
  rxrtsp [options]

Options
  --host <address>     address to listen on            (default: all of them)
  --port <number>      TCP port, 0 picks a free one    (default: 8554)
  --tls-port <number>  listen for TLS too, on this port       (default: off)
  --tls-key <file>     its key and its certificate, as PEM;
  --tls-cert <file>    they may be renewed while it runs
  --rtp-port <number>  UDP port for RTP, even;         (default: 8000)
                       RTCP takes the one after it
  --no-udp             TCP only
  --multicast-range <CIDR>
                       offer multicast too, on addresses of
                       this range, e.g. 239.255.0.0/16 (default: off)
  --multicast-port <number>
                       its RTP port, even              (default: 8002)
  --multicast-interface <name>
                       the network interface it uses   (default: all)
  --no-demo            do not serve the built-in clip under /demo
  --allow-takeover     a new publisher of a path replaces the current one
                       (default: it is refused)
  --gop-cache          new readers get a picture at once: the packets since the
                       last key picture are kept for them
  --log-level <level>  debug, info, warn, error or silent
                                                       (default: info)
  -h, --help           show this text
  -v, --version        show the version

Examples
  Start, and watch the built-in clip:
    rxrtsp
    ffplay -rtsp_transport tcp rtsp://localhost:8554/demo

  Publish a file in real time, and play it:
    ffmpeg -re -stream_loop -1 -i video.mp4 -c copy -f rtsp \\
      rtsp://localhost:8554/live
    ffplay rtsp://localhost:8554/live

  Keep to this machine, without UDP, on another port:
    rxrtsp --host 127.0.0.1 --port 9554 --no-udp

Stop with Ctrl-C; a second Ctrl-C stops at once.
`

/**
 * What RTSP programs and devices do beside the letter of the RFCs, and what this server does about it: a list to look
 * things up in, as plain data. The code of a quirk stands where it belongs, with a comment; `where` leads there. A spec
 * holds this list against its specs, one of which sends each quirk's bytes to a whole server.
 *
 * Habits of servers that only a client has to bear are left out: closing the connection after 401, answers without
 * CSeq, sessions that end without receiver reports, keepalives at another URL than the stream's.
 *
 * Known, and not done: a SETUP with `Range` or `x-playNow` does not start at once (QuickTime, 21), because others send
 * `Range` there and PLAY all the same; a UDP port other than the one that was announced is not learnt (43), because
 * anybody behind the same address could take a session over.
 */
export interface Quirk {
  /** Kebab-case, the name its spec has. */
  readonly name: string
  /** Number in the dossier of interoperability, for those who come from there. */
  readonly dossier: number
  readonly who: string
  /** What they do. */
  readonly habit: string
  /** What this server does. */
  readonly answer: string
  /** Where it was seen: an issue as `owner/repository#number`, or a project whose code shows it. */
  readonly evidence: string
  /** The file of `src` in which it is handled. */
  readonly where: string
}

export const quirks: readonly Quirk[] = [
  {
    name: 'track-behind-query',
    dossier: 1,
    who: 'FFmpeg, live555; GStreamer the other way round',
    habit: 'puts the track behind the query (/path?query/trackID=0), GStreamer in front of it',
    answer: 'both are read',
    evidence: 'gortsplib, server session',
    where: 'wire/url/request-path.ts',
  },
  {
    name: 'setup-without-track',
    dossier: 2,
    who: 'FFmpeg with MPEG-TS',
    habit: 'sets up the stream with no track at all and a trailing slash',
    answer: 'that is the first media',
    evidence: 'gortsplib, server session',
    where: 'wire/url/request-path.ts',
  },
  {
    name: 'silent-connection-while-recording-over-udp',
    dossier: 3,
    who: 'FFmpeg',
    habit: 'sends nothing on its connection while it publishes over UDP',
    answer: 'the connection has no read deadline then; the datagrams are watched instead',
    evidence: 'gortsplib, server connection reader',
    where: 'actors/connection/reducer.ts',
  },
  {
    name: 'sha256-frightens',
    dossier: 4,
    who: 'FFmpeg',
    habit: 'gives up when a SHA-256 digest is offered at all',
    answer: 'it is offered only if the option authMethods asks for it',
    evidence: 'gortsplib, authentication',
    where: 'api/options.ts',
  },
  {
    name: 'first-request-without-credentials',
    dossier: 5,
    who: 'nearly every client',
    habit: 'sends its first request without the credentials it has',
    answer: 'a challenge, at once and as often as asked for, on a connection that stays',
    evidence: 'go2rtc',
    where: 'actors/connection/answers.ts',
  },
  {
    name: 'mode-receive',
    dossier: 6,
    who: 'ffmpeg -listen, Darwin Streaming Server; readers of all kinds',
    habit: 'writes mode=receive for a recording; readers leave mode out, or quote it',
    answer: 'all of them are read',
    evidence: 'gortsplib, Transport header',
    where: 'wire/headers/transport.ts',
  },
  {
    name: 'udp-is-off',
    dossier: 7,
    who: 'OBS, VLC for iOS',
    habit: 'asks for UDP first and moves to TCP only when told 461',
    answer: '461 without UDP ports, and the connection stays for the second try',
    evidence: 'obsproject/obs-studio#5108',
    where: 'actors/session/setup.ts',
  },
  {
    name: 'strict-readers-of-descriptions',
    dossier: 8,
    who: 'FFmpeg',
    habit: 'reads H.265 parameter sets only if all three are there, and Opus only as 48000/2',
    answer: 'all three or none are written; Opus is always 48000/2',
    evidence: 'go2rtc',
    where: 'formats/codecs/h264-h265.ts',
  },
  {
    name: 'setup-of-the-aggregate',
    dossier: 9,
    who: 'VLC',
    habit: 'sends one more SETUP, to the URL of the whole stream',
    answer: 'an answer like any other; nobody else is hurt',
    evidence: 'rtsp-streaming-server, issue 4',
    where: 'actors/session/setup.ts',
  },
  {
    name: 'session-ids-with-marks',
    dossier: 10,
    who: 'old live555, several clients',
    habit: 'strips $ from a session id, or stumbles over dashes',
    answer: 'ids are 32 hexadecimal digits',
    evidence: 'gst-rtsp-server, session pool',
    where: 'actors/session/interpreter.ts',
  },
  {
    name: 'multicast-on-request',
    dossier: 11,
    who: 'VLC',
    habit: 'uses multicast only if the description names a multicast address',
    answer: 'it does when the URL is asked for with ?vlcmulticast',
    evidence: 'gortsplib, server connection',
    where: 'actors/connection/answers.ts',
  },
  {
    name: 'second-dialect',
    dossier: 12,
    who: 'VLC',
    habit: 'goes on in another dialect after a failed request, which hides the first error',
    answer: 'the reason of the close says so',
    evidence: 'gortsplib, server errors',
    where: 'wire/url/request-path.ts',
  },
  {
    name: 'digest-uri-of-the-base',
    dossier: 13,
    who: 'VLC; HappyTime; Bosch BVMS (29)',
    habit: 'signs the base URL, with or without its slash, or only path and query, instead of the URL of the request',
    answer: 'these forms are accepted, and no others',
    evidence: 'gortsplib, verification of credentials',
    where: 'wire/auth/digest-uri.ts',
  },
  {
    name: 'any-sign-of-life',
    dossier: 14,
    who: 'ZLMediaKit, VLC, Moonfire, UniFi Protect (24, 28)',
    habit: 'keeps its session with OPTIONS, GET_PARAMETER, SET_PARAMETER or RTCP, each a different one',
    answer: 'every request and every RTCP packet counts; OPTIONS and GET_PARAMETER are 200 with the Session header',
    evidence: 'ZLMediaKit/ZLMediaKit#642, bluenviron/mediamtx#1066',
    where: 'actors/session/liveness.ts',
  },
  {
    name: 'end-that-is-not-noticed',
    dossier: 16,
    who: 'GStreamer 1.22, rtspclientsink',
    habit:
      'in 5 to 25 runs of 100 never ends after its input has ended. It is said to miss the answer to SETUP, and others ' +
      'answer SETUP of every GStreamer client a second late for it',
    answer:
      'nothing: every answer and every packet arrives in such a run, over TCP and UDP, and answering SETUP or RECORD ' +
      '100 to 500 ms late changes nothing; readers would pay for it',
    evidence: 'bluenviron/gortsplib#752, and 400 runs of our own',
    where: 'actors/session/setup.ts',
  },
  {
    name: 'client-ports-zero',
    dossier: 17,
    who: 'GStreamer',
    habit: 'offers client_port=0-0',
    answer: 'that alternative is passed over; 461 if it is the only one',
    evidence: 'bluenviron/mediamtx#50',
    where: 'actors/session/setup.ts',
  },
  {
    name: 'rtp-info-is-believed',
    dossier: 18,
    who: 'GStreamer',
    habit: 'takes seq and rtptime at their word: a wrong or zero value stops playback',
    answer: 'both are true, or left out while nothing has been sent',
    evidence: 'Scrypted, RTSP server',
    where: 'actors/session/rtp-info.ts',
  },
  {
    name: 'no-interleaved-channels',
    dossier: 20,
    who: 'QuickTime, Genetec',
    habit: 'asks for TCP without naming channels',
    answer: 'channels are chosen: 0-1, 2-3 and so on',
    evidence: 'live555; bluenviron/mediamtx#1650',
    where: 'actors/session/setup.ts',
  },
  {
    name: 'odd-interleaved-channels',
    dossier: 25,
    who: 'Qognify, SeeTec, Larix',
    habit: 'asks for channels that do not start at 0, or at an odd number',
    answer: 'they are used and echoed',
    evidence: 'bluenviron/mediamtx#1762',
    where: 'actors/session/setup.ts',
  },
  {
    name: 'back-channel-on-request',
    dossier: 23,
    who: 'ONVIF devices and recorders',
    habit: 'wants to see the back channel only if it asks with Require: www.onvif.org/ver20/backchannel',
    answer: 'the description has it then, and only then',
    evidence: 'ONVIF Streaming Specification',
    where: 'actors/connection/answers.ts',
  },
  {
    name: 'double-slash',
    dossier: 26,
    who: 'Verint',
    habit: 'puts a second slash between the base URL and the control',
    answer: 'the path is the same as with one slash',
    evidence: 'bluenviron/mediamtx#3517',
    where: 'wire/url/request-path.ts',
  },
  {
    name: 'unusual-spelling',
    dossier: 35,
    who: 'cameras and recorders of all kinds',
    habit: 'writes Cseq or CSEQ, empty source=, unknown keys, keys in another case, several transports in one header',
    answer: 'all of that is read',
    evidence: 'AlexxIT/go2rtc#7, bluenviron/mediamtx#423',
    where: 'wire/headers/transport.ts',
  },
  {
    name: 'junk-between-messages',
    dossier: 35,
    who: 'several cameras',
    habit: 'sends zeros or line ends between messages',
    answer: 'a bounded run of bytes that begin no message is skipped',
    evidence: 'gortsplib, connection',
    where: 'wire/rtsp/framer.ts',
  },
  {
    name: 'description-without-origin',
    dossier: 35,
    who: 'cameras that publish',
    habit: 'leaves out o=, s= or t=, or writes t=now- (31)',
    answer: 'the description is read',
    evidence: 'bluenviron/mediamtx#8, bluenviron/mediamtx#449',
    where: 'wire/sdp/parse-sdp.ts',
  },
  {
    name: 'frames-after-the-end',
    dossier: 36,
    who: 'every client that plays over TCP',
    habit: 'has RTCP frames under way when it sends PAUSE or TEARDOWN',
    answer: 'frames are dropped in silence for frameGraceMs; the connection stays',
    evidence: 'gortsplib closes it: go2rtc has to drain frames before the answer',
    where: 'actors/connection/interpreter.ts',
  },
  {
    name: 'interleaved-without-tcp',
    dossier: 39,
    who: 'Escam',
    habit: 'writes RTP/AVP without /TCP, names channels and no ports',
    answer: 'that is TCP',
    evidence: 'go2rtc',
    where: 'wire/headers/transport.ts',
  },
  {
    name: 'reports-at-once',
    dossier: 41,
    who: 'players that synchronise by RTCP',
    habit: 'can line up sound and picture only after a sender report',
    answer: 'the first one follows the first packet at once',
    evidence: 'live555',
    where: 'media/outbound/sender-report.ts',
  },
  {
    name: 'hole-punching',
    dossier: 42,
    who: 'live555, go2rtc, Avigilon (27)',
    habit: 'sends datagrams of any content from its ports to open a firewall',
    answer: 'they are dropped and are no sign of life',
    evidence: 'live555',
    where: 'media/udp-router.ts',
  },
]

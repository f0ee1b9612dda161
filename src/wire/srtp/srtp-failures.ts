import { Failure } from '../../contracts/failure.ts'

/** What can be wrong with a packet. Bad ones may come at line rate, so each failure is made once. */
export const srtpFailures = {
  tooShort: new Failure('ERR_RTSP_SRTP_MALFORMED', 'it is too short'),
  tooLong: new Failure('ERR_RTSP_SRTP_MALFORMED', 'it is too long'),
  header: new Failure('ERR_RTSP_SRTP_MALFORMED', 'its header goes beyond its end'),
  mki: new Failure('ERR_RTSP_SRTP_MKI'),
  authentication: new Failure('ERR_RTSP_SRTP_AUTHENTICATION'),
  replayed: new Failure('ERR_RTSP_SRTP_REPLAYED'),
  ssrcLimit: new Failure('ERR_RTSP_SRTP_SSRC_LIMIT'),
  exhausted: new Failure('ERR_RTSP_SRTP_EXHAUSTED'),
} as const

import { describe, expect, it } from 'vitest'
import { Failure } from '../../src/contracts/failure.ts'
import { reasonOf, RtspError, rtspError } from '../../src/contracts/rtsp-error.ts'

describe('why something ended', () => {
  it('is an RtspError with code, text and status, and without a stack', () => {
    const reason = reasonOf(new Failure('ERR_RTSP_SESSION_TIMED_OUT'))
    expect(reason).toBeInstanceOf(RtspError)
    expect(reason.code).toBe('ERR_RTSP_SESSION_TIMED_OUT')
    expect(reason.message).toBe(rtspError('ERR_RTSP_SESSION_TIMED_OUT').message)
    expect(reason.stack?.split('\n')).toHaveLength(1)
  })

  it('leaves the stacks of errors that are thrown as they are', () => {
    const before = Error.stackTraceLimit
    reasonOf(new Failure('ERR_RTSP_TERMINATED'))
    expect(Error.stackTraceLimit).toBe(before)
    expect(rtspError('ERR_RTSP_USAGE', 'x').stack?.split('\n').length).toBeGreaterThan(1)
  })
})

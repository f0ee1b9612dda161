// sdp-transform 3 brings no types. Only what the engine calls is declared, and its result is unknown until zod has seen it.
declare module 'sdp-transform' {
  const sdpTransform: {
    parse(sdp: string): unknown
  }
  export default sdpTransform
}

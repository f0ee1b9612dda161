import { fromHex } from '../srtp/bytes.ts'

/** Messages of devices and servers, as they were captured, and of a hand-made one with a key identifier. */

const policy = '0001010101100201010301 0a0701010801010a0101 000000'

export const captured = {
  a: fromHex(
    `010005 00e69d51f8 01000030685760 00000000 0b00ebfe6f2db1c13fd0 0a10c2dde443a84930a5757a7ed9c3a417fb
     01000000 15 ${policy} 22 0020001e 9091783dfce8ddcd443a53508b64509f 35bd8a86bc4d8b7637a502493daf 00`,
  ),
  b: fromHex(
    `010005 00feaf9752 010000cc836237 00000000 0b00ebfef66ba28c9b84 0a10276e94180e8875c2eaad31d82f864620
     01000000 15 ${policy} 22 0020001e 991b0f148f094b4e5b8b3053cd627687 7fcced1866f141772adddde7064b 00`,
  ),
  twoSources: fromHex(
    `010005 007de127a6 020000cc836237 00000000 00b5cc3bf2 00000000 0b00ebfef66ba2b1f687
     0a1061bb199432530356a2d1880715237595 01000000 15 ${policy} 22 0020001e
     991b0f148f094b4e5b8b3053cd627687 7fcced1866f141772adddde7064b 00`,
  ),
  d: new Uint8Array(
    Buffer.from(
      'AQAFAHojKV4BAACVjCMnAAAAAAsA6/mdTLBeokwKEGwcAuPrxj6/enyb+A2+rNcBAAAAFQABAQEBEAIBAQMBCgcBAQgBAQoBAQAAACIAIAAe' +
        'X8XvOCzIMh0JTOWivWLxEflTUSp1fjj2i8xG7D9DAA==',
      'base64',
    ),
  ),
  withIdentifier: fromHex('01000100123456780100 031122334455667788 0000000a 0021 0003 aabbcc 02 1122 00'),
}

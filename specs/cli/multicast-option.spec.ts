import { expect, it } from 'vitest'
import { unknownInterface } from '../../src/cli/multicast-option.ts'

const known = { lo: [{ address: '127.0.0.1' }], eth0: [{ address: '192.0.2.7' }], down: undefined }

it.each([[[]], [['lo']], [['192.0.2.7', 'eth0']]])('%j are network interfaces of this machine', (interfaces) => {
  expect(unknownInterface(interfaces, known)).toBeUndefined()
})

it('a network interface that this machine does not have is named, with those it has', () => {
  expect(unknownInterface(['lo', 'eth9'], known)).toBe(
    "this machine has no network interface 'eth9': write one of lo, eth0, down after --multicast-interface",
  )
})

/**
 * `rxrtsp/testing`: time that stands still until it is told to move, a network in memory with faults from a seed, a client
 * that never waits, and marbles. A whole server runs on it without a port or a sleep.
 */
export { VirtualClock, type VirtualClockOptions } from './virtual-clock.ts'
export { seededEntropy, seededRandom, type SeededRandom } from './seeded-entropy.ts'
export {
  clockOfScheduler,
  marbles,
  type MarbleHelpers,
  type MarbleOptions,
  type SchedulerClockOptions,
} from './marbles.ts'
export { assertDeepEqual } from './deep-equal.ts'
export { MemoryNetwork, type MemoryNetworkOptions } from './memory-network.ts'
export { MemoryPeer } from './memory-peer.ts'
export { MemoryDatagramPeer } from './memory-datagram-peer.ts'
export type { MemoryDatagram } from './memory-datagrams.ts'
export type { MemoryFaults } from './memory-faults.ts'
export { testRequest, testRtp } from './builders.ts'
export { TestClient, type TestClientOptions, type TestFrame } from './test-client.ts'

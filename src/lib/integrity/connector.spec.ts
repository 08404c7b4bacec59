import { describe, expect, it } from 'vitest';
import { asksConnector } from './connector.ts';

const origin = 'http://conclave.localhost:7465';
const status = {
  method: 'GET',
  url: `${origin}/connector/status`,
  mode: 'cors',
  destination: '',
} as const;
const frame = { ...status, method: 'POST', url: `${origin}/connector/api` };

describe('the way to the connector', () => {
  it('is open for the two requests', () => {
    expect(asksConnector(status, origin)).toBe(true);
    expect(asksConnector(frame, origin)).toBe(true);
  });

  it.each([
    ['another method', { ...frame, method: 'PUT' }],
    ['the status by HEAD', { ...status, method: 'HEAD' }],
    ['the paths the other way round', { ...frame, url: status.url }],
    ['a frame by GET', { ...status, url: frame.url }],
    ['another path', { ...status, url: `${origin}/connector/` }],
    ['a path below', { ...frame, url: `${frame.url}/x` }],
    ['a query', { ...status, url: `${status.url}?x` }],
    ['an encoded path', { ...status, url: `${origin}/connector/stat%75s` }],
    ['another origin', { ...status, url: 'http://127.0.0.1:12345/connector/status' }],
    ['another port', { ...status, url: 'http://conclave.localhost:7466/connector/status' }],
    ['a page', { ...status, mode: 'navigate' as const, destination: 'document' as const }],
    ['a script', { ...status, destination: 'script' as const }],
    ['a worker', { ...status, destination: 'worker' as const }],
    ['an image', { ...status, destination: 'image' as const }],
  ])('is shut for %s', (_, request) => {
    expect(asksConnector(request, origin)).toBe(false);
  });
});

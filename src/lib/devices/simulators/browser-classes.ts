/*
 * Objects of the browser's own classes whose constructors pages may not call, for the simulated ports
 * below `navigator.usb` and `navigator.hid`. Where the browser lacks a class they are plain ones.
 */

const prototypeOf = (className: string): object | undefined =>
  (globalThis as unknown as Record<string, { prototype: object } | undefined>)[className]
    ?.prototype;

/** An object of a class of the browser, with its own properties. */
export function like<T extends object>(
  className: string,
  own: Partial<T>,
  otherwise: object = Object.prototype,
): T {
  const made = Object.create(prototypeOf(className) ?? otherwise) as T;
  return Object.defineProperties(made, Object.getOwnPropertyDescriptors(own));
}

/** The same with events of its own. `handlers` are its properties `on…`. */
export function likeTarget<T extends EventTarget>(
  className: string,
  own: Partial<T>,
  handlers: readonly string[],
): T {
  const events = new EventTarget();
  const made = like(className, own, EventTarget.prototype);
  for (const name of ['addEventListener', 'removeEventListener', 'dispatchEvent'] as const)
    Object.defineProperty(made, name, { value: events[name].bind(events) });
  for (const name of handlers) {
    let handler: ((event: Event) => void) | null = null;
    events.addEventListener(name.slice(2), (event) => handler?.call(made, event));
    Object.defineProperty(made, name, {
      get: () => handler,
      set(given: typeof handler) {
        handler = given;
      },
    });
  }
  return made;
}

/** An event of a class of the browser. */
export function eventLike(className: string, type: string, properties: object): Event {
  const event = new Event(type);
  const prototype = prototypeOf(className);
  if (prototype) Object.setPrototypeOf(event, prototype);
  return Object.defineProperties(event, Object.getOwnPropertyDescriptors(properties));
}

// Which widgets there are. Nothing of widgets is loaded by this.

/** The models of widgets, by the ids of their comms: what a page that is opened later asks for. */
export const models = new Map<string, { receiveOutputs(outputs: unknown[]): void }>();

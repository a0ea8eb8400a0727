// Errors of composed functions begin with the name of the function that the user called, not of a step inside it.

/** Runs `body`; the name at the start of its errors becomes `caller`. */
export function named<T>(caller: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof Error) error.message = error.message.replace(/^\w+(?=: )/, caller);
    throw error;
  }
}

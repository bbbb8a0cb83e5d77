import { afterEach, beforeEach, mock } from "node:test";

/** What a person is told during a test. */
export interface Person {
  said: string;
}

/** Listens to what is written to the person, in each test of the file anew, and takes all mocks back after it. */
export function listen(): Person {
  const person: Person = { said: "" };
  beforeEach(() => {
    person.said = "";
    mock.method(process.stderr, "write", (text: string) => {
      person.said += text;
      return true;
    });
  });
  afterEach(() => mock.restoreAll());
  return person;
}

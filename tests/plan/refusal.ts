import assert from "node:assert/strict";

/** The words in which a plan refuses, of kind "conflict"; it fails where the plan does not. */
export const refusalBy =
  <Values extends unknown[]>(plan: (...values: Values) => unknown) =>
  (...values: Values): string => {
    let text = "";
    assert.throws(
      () => plan(...values),
      (error: { kind?: string; message: string }) => {
        assert.equal(error.kind, "conflict");
        text = error.message;
        return true;
      },
    );
    return text;
  };

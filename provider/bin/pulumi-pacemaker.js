#!/usr/bin/env node
/* global require -- CommonJS, as the package */
/* eslint-disable @typescript-eslint/no-require-imports */
// A file of its own, since npm links the command before the compiled code is there.
require("../dist/cli/main.js");

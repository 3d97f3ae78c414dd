#!/usr/bin/env node
import { hillock } from "./command.ts";
import { READER_LEFT, watchReaders } from "./interrupt.ts";

const readers = watchReaders([process.stdout, process.stderr]);
process.exitCode = await hillock(process.argv.slice(2));
if (readers.left) process.exitCode = READER_LEFT;

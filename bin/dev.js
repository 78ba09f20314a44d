#!/usr/bin/env node
// Runs the program from its sources: compiles first (a third of a second), then starts like run.js.
import '../scripts/build.js';
import './run.js';

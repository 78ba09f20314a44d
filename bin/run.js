#!/usr/bin/env node
import '../dist/bundle/hip.js';

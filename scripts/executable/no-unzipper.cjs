// Stands in for `unzipper` in the executables (scripts/bundle.js).
module.exports = {};

// The mean of each day.
const _ = require('lodash');

const PRICES = [['2026-11-01', 101.5], ['2026-11-01', 103.25], ['2026-11-02', 99.75], ['2026-11-02', 100.5]];

function byDay(rows) {
  return _.mapValues(_.groupBy(rows, 0), (day) => _.meanBy(day, 1));
}

exports.handler = async () => ({ statusCode: 200, days: byDay(PRICES) });

/** The day on which suites judge, so that no support ends between two runs. */
export const TODAY = '2026-11-30';

/** The version of panes.js, set by the build. */
declare const HYDRO_PANES: string;

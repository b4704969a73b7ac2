/** Whether this browser can show a notification. Chrome on Android has the name only: there a page may not use it. */
export const canNotify = (): boolean =>
  isSecureContext && 'Notification' in window && !/Android/.test(navigator.userAgent);

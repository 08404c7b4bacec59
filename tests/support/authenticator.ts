/** Chromium's virtual authenticator as a security key: with a PIN and hmac-secret, touched at once. */
export const securityKey = {
  protocol: 'ctap2',
  ctap2Version: 'ctap2_1',
  transport: 'usb',
  hasResidentKey: true,
  hasUserVerification: true,
  hasPrf: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
} as const;

/** What is typed into a terminal's menu, the switches as its menu names them. */
export function renderDeviceMenu(server: {
  /** Most likely first. */
  readonly addresses: readonly string[];
  readonly port: number;
}): string[] {
  const [address = '(this PC has no network address)', ...others] = server.addresses;
  return [
    'Type this into the menu of the device (Comm. > Cloud Server, ADMS or Server):',
    `  Server address  ${address}${others.length > 0 ? `   (or ${others.join(', ')})` : ''}`,
    `  Server port     ${server.port}`,
    '  ZKTeco: PUSH protocol, domain name off, proxy off, HTTPS off',
    '  HIP:    network mode Internet (not LAN), server request yes',
  ];
}

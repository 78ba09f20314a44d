/** What is typed into a terminal's menu, the switches as its menu names them. */
export function renderDeviceMenu(server: {
  /** Most likely first. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** What devices have to put in front of theirs (`serve.requirePathPrefix`); null where nothing is demanded. */
  readonly path?: string | null;
}): string[] {
  const [address = '(this PC has no network address)', ...others] = server.addresses;
  return [
    'Type this into the menu of the device (Comm. > Cloud Server, ADMS or Server):',
    `  Server address  ${address}${others.length > 0 ? `   (or ${others.join(', ')})` : ''}`,
    `  Server port     ${server.port}`,
    ...(server.path ? [`  Path            ${server.path}   (all others are turned away)`] : []),
    '  ZKTeco: PUSH protocol, domain name off, proxy off, HTTPS off',
    '  HIP:    network mode Internet (not LAN), server request yes',
  ];
}

/** As devices are to send it. */
export function demandedPath(serve: {
  readonly requirePathPrefix: boolean;
  readonly pathPrefix: string;
}): string | null {
  return serve.requirePathPrefix ? `/${serve.pathPrefix.replace(/^\/+|\/+$/g, '')}` : null;
}

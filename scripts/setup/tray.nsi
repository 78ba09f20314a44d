; hip-tray.exe: starts "hip tray" without the console window that a program of the command line would open.
Target amd64-unicode
Name "hip tray"
OutFile "${OUTPUT}"
Icon "${ICON}"
SilentInstall silent
RequestExecutionLevel user
VIProductVersion "${VERSION}.0"
VIAddVersionKey ProductName "hip"
VIAddVersionKey FileDescription "hip beside the clock"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey LegalCopyright "MIT licence"
Section
  SetOutPath "$EXEDIR"
  ExecShell "" "$EXEDIR\hip.exe" "tray" SW_HIDE
SectionEnd

; The set-up program for an office PC: lays hip and its native addons into Program Files, asks for database and log
; folder or takes them from the previous program, and lets hip do the rest (hip init, hip service install).
;
;   hip-setup.exe [/S] [/ANSWERS=FILE] [/D=FOLDER]
;
; /S asks nothing: answers come from the file, section [hip], keys from, host, port, user, password, database, logDir,
; replace (1: stop and disable services of the previous program), else from HIP_* of the environment. Ends with 0, or
; 2 where it could not finish; setup.log in the program's folder says why. Made by scripts/setup.js, which defines
; VERSION, PROGRAM, TRAY, LICENCES, SQLITE, KOFFI, ICON and OUTPUT.
Target amd64-unicode
!ifdef QUICK
  SetCompress off
!else
  SetCompressor /SOLID lzma
  SetCompressorDictSize 64
!endif
Name "hip"
OutFile "${OUTPUT}"
InstallDir "$PROGRAMFILES64\hip"
RequestExecutionLevel admin
ManifestDPIAware true
AutoCloseWindow true
; A file that can not be written ends the set-up, instead of being left out without a word when it is silent.
AllowSkipFiles off
BrandingText "hip ${VERSION}"
VIProductVersion "${VERSION}.0"
VIAddVersionKey ProductName "hip"
VIAddVersionKey FileDescription "Set-up of hip"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey LegalCopyright "MIT licence"

!include MUI2.nsh
!include LogicLib.nsh
!include FileFunc.nsh
!include nsDialogs.nsh
!include StrFunc.nsh
${StrStr}

!define PRODUCT_KEY "Software\hip"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\hip"
!define RUN_KEY "Software\Microsoft\Windows\CurrentVersion\Run"

Var Config   ; config.json of the services
Var Previous ; folder of the previous program
Var Host
Var Port
Var User
Var Password
Var Database
Var LogDir
Var Replace
Var Code     ; how the last run of hip ended
Var Upgrade  ; 1 while an older hip is stopped and set aside
Var Failed   ; what could not be done, in words; empty is well

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_LANGDLL_ALLLANGUAGES
!define MUI_CUSTOMFUNCTION_ABORT forgetPassword
Page custom showQuestions takeAnswers
!insertmacro MUI_PAGE_INSTFILES
Page custom showOutcome
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "Thai"
!insertmacro MUI_LANGUAGEEX "${__FILEDIR__}" "Lao"
!include "texts.nsh"
!include "questions.nsh"

!macro runHip arguments
  ; By way of a file, in which the outcome is shown at the end; cmd, because a pipe would hold hip back.
  nsExec::Exec 'cmd.exe /d /s /c ""$INSTDIR\hip.exe" ${arguments} >>"$INSTDIR\setup.log" 2>&1 <NUL"'
  Pop $Code
!macroend
!define runHip "!insertmacro runHip"
!include "upgrade.nsh"

Function .onInit
  SetRegView 64
  SetShellVarContext all
  StrCpy $Config "$APPDATA\hip\config.json"
  ${If} $INSTDIR == "$PROGRAMFILES64\hip"
    ReadRegStr $0 HKLM "${PRODUCT_KEY}" "folder"
    ${If} $0 != ""
      StrCpy $INSTDIR $0
    ${EndIf}
  ${EndIf}
  ${IfNot} ${Silent}
    !insertmacro MUI_LANGDLL_DISPLAY
  ${EndIf}
  Call readAnswers
FunctionEnd

Function un.onInit
  SetRegView 64
  SetShellVarContext all
  StrCpy $Config "$APPDATA\hip\config.json"
FunctionEnd

Section
  SetRegView 64
  SetShellVarContext all
  Call stopOld
  SetOutPath "$INSTDIR"
  Delete "$INSTDIR\setup.log"
  File "/oname=hip.exe" "${PROGRAM}"
  File "/oname=hip-tray.exe" "${TRAY}"
  File "/oname=licences.txt" "${LICENCES}"
  SetOutPath "$INSTDIR\addons"
  File "/oname=sqlite.node" "${SQLITE}"
  SetOutPath "$INSTDIR\addons\koffi\win32_x64"
  File "/oname=koffi.node" "${KOFFI}"
  SetOutPath "$INSTDIR"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  ${If} $Upgrade != 1
    ; Now, so that it can be taken out again whatever comes of the rest.
    Call register
  ${EndIf}
  ${IfNot} ${FileExists} "$Config"
    Call configure
  ${EndIf}
  ${If} $Failed == ""
    Call startServices
  ${EndIf}
  ${If} $Failed != ""
    Call startOld
    DetailPrint "$Failed"
    SetErrorLevel 2
  ${Else}
    Call register
    Call forgetOld
    ${IfNot} ${Silent}
      ; By way of the desktop, so that it does not get the rights of this set-up.
      Exec '"$WINDIR\explorer.exe" "$INSTDIR\hip-tray.exe"'
    ${EndIf}
  ${EndIf}
SectionEnd

; A file could not be written, or the person gave up.
Function .onInstFailed
  Call startOld
FunctionEnd

; The answers go by the environment: arguments can be seen by every user of the PC.
Function configure
  CreateDirectory "$APPDATA\hip"
  !insertmacro setEnvironment "HIP_DATABASE_HOST" $Host
  !insertmacro setEnvironment "HIP_DATABASE_PORT" $Port
  !insertmacro setEnvironment "HIP_DATABASE_USER" $User
  !insertmacro setEnvironment "HIP_DATABASE_PASSWORD" $Password
  !insertmacro setEnvironment "HIP_DATABASE_DATABASE" $Database
  ${If} $LogDir != ""
    !insertmacro setEnvironment "HIP_SYNC_LOG_DIR" $LogDir
    !insertmacro setEnvironment "HIP_SYNC_WATCH_FILES" "true"
  ${EndIf}
  StrCpy $1 ""
  ${If} $Previous != ""
    ; A backslash at the end would take the quote for its own.
    StrCpy $1 '--from "$Previous\."'
  ${EndIf}
  ${runHip} 'init --yes --create --config "$Config" $1'
  Call forgetPassword
  ; 3: written, but the database does not answer yet.
  ${If} $Code <> 0
  ${AndIf} $Code <> 3
    StrCpy $Failed "$(initFailed)"
  ${EndIf}
FunctionEnd

Function forgetPassword
  StrCpy $Password ""
  System::Call 'kernel32::SetEnvironmentVariableW(w "HIP_DATABASE_PASSWORD", p 0)'
FunctionEnd

Function startServices
  StrCpy $1 'service install --config "$Config"'
  ${If} $Replace == 1
    StrCpy $1 "$1 --replace"
  ${EndIf}
  ${runHip} "$1"
  ${If} $Code <> 0
  ${AndIf} $Replace != 1
    Call isForeign
    ${If} $0 == 1
    ${AndIfNot} ${Silent}
      MessageBox MB_YESNO|MB_ICONQUESTION "$(askReplace)" IDNO done
      ${runHip} "$1 --replace"
      done:
    ${EndIf}
  ${EndIf}
  ${If} $Code <> 0
    StrCpy $Failed "$(serviceFailed)"
  ${EndIf}
FunctionEnd

; $0 is 1 where hip has met a service of another program under one of its names.
Function isForeign
  StrCpy $0 0
  ClearErrors
  FileOpen $2 "$INSTDIR\setup.log" r
  ${DoUntil} ${Errors}
    FileRead $2 $3
    ${StrStr} $4 $3 "HIP_SERVICE_FOREIGN"
    ${If} $4 != ""
      StrCpy $0 1
    ${EndIf}
  ${Loop}
  FileClose $2
FunctionEnd

Function register
  WriteRegStr HKLM "${PRODUCT_KEY}" "folder" "$INSTDIR"
  WriteRegStr HKLM "${RUN_KEY}" "hip tray" '"$INSTDIR\hip-tray.exe"'
  CreateDirectory "$SMPROGRAMS\hip"
  CreateShortcut "$SMPROGRAMS\hip\hip tray.lnk" "$INSTDIR\hip-tray.exe"
  CreateShortcut "$SMPROGRAMS\hip\hip status.lnk" "$SYSDIR\cmd.exe" '/k "$\"$INSTDIR\hip.exe$\" status"' "$INSTDIR\hip.exe"
  WriteRegStr HKLM "${UNINSTALL_KEY}" "DisplayName" "hip"
  WriteRegStr HKLM "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKLM "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\hip.exe"
  WriteRegStr HKLM "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKLM "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKLM "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKLM "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKLM "${UNINSTALL_KEY}" "NoRepair" 1
  SectionGetSize 0 $0
  WriteRegDWORD HKLM "${UNINSTALL_KEY}" "EstimatedSize" $0
FunctionEnd

Section Uninstall
  SetRegView 64
  SetShellVarContext all
  !insertmacro closeTray
  ${runHip} 'service uninstall --config "$Config"'
  ${If} $Code <> 0
    SetErrorLevel 2
    Abort "$(uninstallFailed) $INSTDIR\setup.log"
  ${EndIf}
  RMDir /r "$INSTDIR\addons"
  Delete /REBOOTOK "$INSTDIR\hip.exe"
  Delete "$INSTDIR\hip-tray.exe"
  Delete "$INSTDIR\licences.txt"
  Delete "$INSTDIR\*.old"
  Delete "$INSTDIR\ns*.tmp"
  Delete "$INSTDIR\setup.log"
  Delete "$INSTDIR\uninstall.exe"
  RMDir /REBOOTOK "$INSTDIR"
  RMDir /r "$SMPROGRAMS\hip"
  DeleteRegValue HKLM "${RUN_KEY}" "hip tray"
  DeleteRegKey HKLM "${UNINSTALL_KEY}"
  DeleteRegKey HKLM "${PRODUCT_KEY}"
  ; Punches, settings and logs in the data folder stay.
SectionEnd

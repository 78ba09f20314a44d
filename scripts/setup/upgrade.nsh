; The old program makes way for the new one, and comes back where that can not be finished.
!macro closeTray
  ; The window of hip tray; WM_CLOSE.
  FindWindow $0 "HipTray"
  ${If} $0 <> 0
    SendMessage $0 16 0 0 /TIMEOUT=5000
    ; Its file is free a moment later.
    Sleep 1000
  ${EndIf}
!macroend

; What runs can't be deleted or overwritten, but it can be renamed.
!macro remove file
  Delete "${file}"
  ${If} ${FileExists} "${file}"
    GetTempFileName $0 "$INSTDIR"
    Delete $0
    Rename "${file}" $0
    Delete /REBOOTOK $0
  ${EndIf}
!macroend

!macro setAside file
  ${If} ${FileExists} "${file}"
    !insertmacro remove "${file}.old"
    Rename "${file}" "${file}.old"
  ${EndIf}
!macroend

!macro putBack file
  ${If} ${FileExists} "${file}.old"
    !insertmacro remove "${file}"
    Rename "${file}.old" "${file}"
  ${EndIf}
!macroend

!macro eachPart do
  !insertmacro ${do} "$INSTDIR\hip.exe"
  !insertmacro ${do} "$INSTDIR\addons\sqlite.node"
  !insertmacro ${do} "$INSTDIR\addons\koffi\win32_x64\koffi.node"
!macroend

Function stopOld
  ${If} ${FileExists} "$INSTDIR\hip.exe"
    StrCpy $Upgrade 1
    ${runHip} "service stop"
    !insertmacro closeTray
    !insertmacro eachPart setAside
  ${EndIf}
FunctionEnd

; Terminals must not wait for somebody to read why the upgrade failed: what ran before runs on.
Function startOld
  ${If} $Upgrade == 1
    StrCpy $Upgrade 0
    !insertmacro eachPart putBack
    ${runHip} "service start"
  ${EndIf}
FunctionEnd

!macro forget file
  !insertmacro remove "${file}.old"
!macroend

Function forgetOld
  !insertmacro eachPart forget
FunctionEnd

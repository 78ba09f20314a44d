; What the set-up asks, or reads where nobody is asked.

; An empty answer leaves what stands in the environment. By way of a variable: a password may hold any character.
!macro setEnvironment name value
  ${If} ${value} != ""
    StrCpy $9 ${value}
    System::Call 'kernel32::SetEnvironmentVariableW(w "${name}", w r9)'
    StrCpy $9 ""
  ${EndIf}
!macroend

!macro readAnswer variable key
  ReadINIStr ${variable} "$0" "hip" "${key}"
!macroend

Function readAnswers
  ${GetParameters} $1
  ${GetOptions} $1 "/ANSWERS=" $0
  ${If} $0 != ""
    GetFullPathName $0 "$0"
    !insertmacro readAnswer $Previous from
    !insertmacro readAnswer $Host host
    !insertmacro readAnswer $Port port
    !insertmacro readAnswer $User user
    !insertmacro readAnswer $Password password
    !insertmacro readAnswer $Database database
    !insertmacro readAnswer $LogDir logDir
    !insertmacro readAnswer $Replace replace
  ${EndIf}
FunctionEnd

Var Page
Var PreviousField
Var HostField
Var UserField
Var PasswordField
Var DatabaseField
Var LogDirField

; One row: text, field; a button where a folder is asked for.
!macro row kind top text field value
  ${NSD_CreateLabel} 0 ${top}u 38% 10u "${text}"
  Pop $0
  ${NSD_Create${kind}} 40% ${top}u 50% 12u "${value}"
  Pop ${field}
!macroend
!macro browse top call
  ${NSD_CreateButton} 92% ${top}u 8% 12u "..."
  Pop $0
  ${NSD_OnClick} $0 ${call}
!macroend

Function showQuestions
  ; An upgrade keeps what is set.
  ${If} ${FileExists} "$Config"
    Abort
  ${EndIf}
  !insertmacro MUI_HEADER_TEXT "$(questionsTitle)" "$(questionsText)"
  nsDialogs::Create 1018
  Pop $Page
  !insertmacro row Text 0 "$(previousLabel)" $PreviousField "$Previous"
  !insertmacro browse 0 browsePrevious
  ${NSD_CreateLabel} 0 15u 100% 18u "$(previousHint)"
  Pop $0
  !insertmacro row Text 36 "$(hostLabel)" $HostField "$Host"
  !insertmacro row Text 51 "$(userLabel)" $UserField "$User"
  !insertmacro row Password 66 "$(passwordLabel)" $PasswordField ""
  !insertmacro row Text 81 "$(databaseLabel)" $DatabaseField "$Database"
  !insertmacro row Text 100 "$(logDirLabel)" $LogDirField "$LogDir"
  !insertmacro browse 100 browseLogDir
  ${NSD_CreateLabel} 0 116u 100% 20u "$(emptyHint)"
  Pop $0
  nsDialogs::Show
FunctionEnd

Function browsePrevious
  nsDialogs::SelectFolderDialog "$(previousLabel)" ""
  Pop $0
  ${If} $0 != error
    ${NSD_SetText} $PreviousField $0
  ${EndIf}
FunctionEnd

Function browseLogDir
  nsDialogs::SelectFolderDialog "$(logDirLabel)" ""
  Pop $0
  ${If} $0 != error
    ${NSD_SetText} $LogDirField $0
  ${EndIf}
FunctionEnd

Function takeAnswers
  ${NSD_GetText} $PreviousField $Previous
  ${NSD_GetText} $HostField $Host
  ${NSD_GetText} $UserField $User
  ${NSD_GetText} $PasswordField $Password
  ${NSD_GetText} $DatabaseField $Database
  ${NSD_GetText} $LogDirField $LogDir
FunctionEnd

; What hip said: what to type into the menu of the terminal, or why it could not start.
Function showOutcome
  ${If} $Failed == ""
    !insertmacro MUI_HEADER_TEXT "$(outcomeTitle)" "$(outcomeText)"
  ${Else}
    !insertmacro MUI_HEADER_TEXT "$(failedTitle)" "$Failed"
  ${EndIf}
  nsDialogs::Create 1018
  Pop $Page
  nsDialogs::CreateControl EDIT ${DEFAULT_STYLES}|${WS_VSCROLL}|${ES_MULTILINE}|${ES_AUTOVSCROLL}|${ES_READONLY} ${WS_EX_CLIENTEDGE} 0 0 100% 100% ""
  Pop $1
  ClearErrors
  FileOpen $2 "$INSTDIR\setup.log" r
  ${DoUntil} ${Errors}
    FileRead $2 $3
    ${StrStr} $4 $3 "$\n"
    ${If} $4 != ""
      StrCpy $3 $3 -1
      StrCpy $3 "$3$\r$\n"
    ${EndIf}
    ; EM_SETSEL to the end, EM_REPLACESEL.
    SendMessage $1 0xB1 -1 -1
    SendMessage $1 0xC2 0 "STR:$3"
  ${Loop}
  FileClose $2
  GetDlgItem $0 $HWNDPARENT 3
  EnableWindow $0 0
  nsDialogs::Show
FunctionEnd

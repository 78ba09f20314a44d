; Texts of the pages that the set-up of hip has; NSIS itself comes without Lao.
!insertmacro LANGFILE "Lao" "Lao" "ລາວ" "Lao"

!ifdef MUI_INSTFILESPAGE
  ${LangFileString} MUI_TEXT_INSTALLING_TITLE "ກຳລັງຕິດຕັ້ງ"
  ${LangFileString} MUI_TEXT_INSTALLING_SUBTITLE "ກະລຸນາລໍຖ້າ ກຳລັງຕິດຕັ້ງ $(^NameDA)"
  ${LangFileString} MUI_TEXT_FINISH_TITLE "ຕິດຕັ້ງສຳເລັດແລ້ວ"
  ${LangFileString} MUI_TEXT_FINISH_SUBTITLE "ການຕິດຕັ້ງສຳເລັດຮຽບຮ້ອຍ"
  ${LangFileString} MUI_TEXT_ABORT_TITLE "ການຕິດຕັ້ງຖືກຢຸດ"
  ${LangFileString} MUI_TEXT_ABORT_SUBTITLE "ການຕິດຕັ້ງບໍ່ສຳເລັດ"
!endif

!ifdef MUI_UNINSTFILESPAGE
  ${LangFileString} MUI_UNTEXT_UNINSTALLING_TITLE "ກຳລັງຖອນການຕິດຕັ້ງ"
  ${LangFileString} MUI_UNTEXT_UNINSTALLING_SUBTITLE "ກະລຸນາລໍຖ້າ ກຳລັງຖອນ $(^NameDA)"
  ${LangFileString} MUI_UNTEXT_FINISH_TITLE "ຖອນການຕິດຕັ້ງສຳເລັດແລ້ວ"
  ${LangFileString} MUI_UNTEXT_FINISH_SUBTITLE "ການຖອນສຳເລັດຮຽບຮ້ອຍ"
  ${LangFileString} MUI_UNTEXT_ABORT_TITLE "ການຖອນຖືກຢຸດ"
  ${LangFileString} MUI_UNTEXT_ABORT_SUBTITLE "ການຖອນບໍ່ສຳເລັດ"
!endif

!ifdef MUI_UNCONFIRMPAGE
  ${LangFileString} MUI_UNTEXT_CONFIRM_TITLE "ຖອນ $(^NameDA)"
  ${LangFileString} MUI_UNTEXT_CONFIRM_SUBTITLE "ຖອນ $(^NameDA) ອອກຈາກຄອມພິວເຕີເຄື່ອງນີ້"
!endif

!ifdef MUI_ABORTWARNING
  ${LangFileString} MUI_TEXT_ABORTWARNING "ຕ້ອງການຢຸດການຕິດຕັ້ງ $(^Name) ແທ້ບໍ?"
!endif

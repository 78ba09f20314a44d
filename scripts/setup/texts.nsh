; What the set-up says in its own words.
!macro text name english thai lao
  LangString ${name} ${LANG_ENGLISH} "${english}"
  LangString ${name} ${LANG_THAI} "${thai}"
  LangString ${name} ${LANG_LAO} "${lao}"
!macroend

!insertmacro text questionsTitle \
  "Database and files" \
  "ฐานข้อมูลและไฟล์" \
  "ຖານຂໍ້ມູນ ແລະ ໄຟລ໌"
!insertmacro text questionsText \
  "Where the punches go, and where the files of the previous program are." \
  "ข้อมูลลงเวลาจะส่งไปที่ใด และไฟล์ของโปรแกรมเดิมอยู่ที่ใด" \
  "ຂໍ້ມູນລົງເວລາຈະສົ່ງໄປໃສ ແລະ ໄຟລ໌ຂອງໂປຣແກຣມເກົ່າຢູ່ໃສ"
!insertmacro text previousLabel \
  "Folder of the previous program:" \
  "โฟลเดอร์ของโปรแกรมเดิม:" \
  "ໂຟນເດີຂອງໂປຣແກຣມເກົ່າ:"
!insertmacro text previousHint \
  "If it holds config.json or credentials.json, hip takes its settings over, and the rest may stay empty." \
  "หากมี config.json หรือ credentials.json อยู่ hip จะใช้ค่าเดิม และช่องอื่นเว้นว่างได้" \
  "ຖ້າມີ config.json ຫຼື credentials.json ຢູ່ hip ຈະໃຊ້ຄ່າເກົ່າ ແລະ ຊ່ອງອື່ນປະວ່າງໄດ້"
!insertmacro text hostLabel \
  "Database server:" \
  "เซิร์ฟเวอร์ฐานข้อมูล:" \
  "ເຊີບເວີຖານຂໍ້ມູນ:"
!insertmacro text userLabel \
  "User:" \
  "ชื่อผู้ใช้:" \
  "ຊື່ຜູ້ໃຊ້:"
!insertmacro text passwordLabel \
  "Password:" \
  "รหัสผ่าน:" \
  "ລະຫັດຜ່ານ:"
!insertmacro text databaseLabel \
  "Database name:" \
  "ชื่อฐานข้อมูล:" \
  "ຊື່ຖານຂໍ້ມູນ:"
!insertmacro text logDirLabel \
  "Folder with log files:" \
  "โฟลเดอร์ไฟล์บันทึกเวลา:" \
  "ໂຟນເດີໄຟລ໌ບັນທຶກເວລາ:"
!insertmacro text emptyHint \
  "What is not known yet may stay empty: punches then wait safely on this PC." \
  "สิ่งที่ยังไม่ทราบเว้นว่างได้ ข้อมูลลงเวลาจะรออยู่ในคอมพิวเตอร์เครื่องนี้อย่างปลอดภัย" \
  "ສິ່ງທີ່ຍັງບໍ່ຮູ້ປະວ່າງໄດ້ ຂໍ້ມູນລົງເວລາຈະລໍຖ້າຢູ່ໃນຄອມພິວເຕີເຄື່ອງນີ້ຢ່າງປອດໄພ"
!insertmacro text askReplace \
  "The services of the previous program are still installed. Stop and disable them, so that hip takes their place? They can be enabled again." \
  "บริการของโปรแกรมเดิมยังติดตั้งอยู่ ต้องการหยุดและปิดใช้งานเพื่อให้ hip ทำงานแทนหรือไม่ สามารถเปิดใช้งานอีกครั้งได้" \
  "ບໍລິການຂອງໂປຣແກຣມເກົ່າຍັງຕິດຕັ້ງຢູ່ ຕ້ອງການຢຸດ ແລະ ປິດໃຊ້ງານເພື່ອໃຫ້ hip ເຮັດວຽກແທນບໍ? ສາມາດເປີດໃຊ້ງານອີກຄັ້ງໄດ້"
!insertmacro text initFailed \
  "The settings could not be written." \
  "บันทึกการตั้งค่าไม่ได้" \
  "ບັນທຶກການຕັ້ງຄ່າບໍ່ໄດ້"
!insertmacro text serviceFailed \
  "The services could not be started." \
  "เริ่มบริการไม่ได้" \
  "ເລີ່ມບໍລິການບໍ່ໄດ້"
!insertmacro text uninstallFailed \
  "The services could not be removed. What hip said stands in:" \
  "ถอนบริการไม่ได้ ดูรายละเอียดใน:" \
  "ຖອນບໍລິການບໍ່ໄດ້ ເບິ່ງລາຍລະອຽດໃນ:"
!insertmacro text outcomeTitle \
  "hip is at work" \
  "hip กำลังทำงาน" \
  "hip ກຳລັງເຮັດວຽກ"
!insertmacro text outcomeText \
  "Type the server address and port below into the menu of the terminal (Cloud Server, ADMS)." \
  "ใส่ที่อยู่เซิร์ฟเวอร์และพอร์ตด้านล่างในเมนูของเครื่องบันทึกเวลา (Cloud Server, ADMS)" \
  "ໃສ່ທີ່ຢູ່ເຊີບເວີ ແລະ ພອດຂ້າງລຸ່ມນີ້ໃນເມນູຂອງເຄື່ອງບັນທຶກເວລາ (Cloud Server, ADMS)"
!insertmacro text failedTitle \
  "Not finished" \
  "ยังไม่เสร็จสมบูรณ์" \
  "ຍັງບໍ່ສຳເລັດ"

"""Who works with the host, and who is invited."""

ADMIN, SECRETARY, APPROVER, TECHNICIAN, OPERATOR, USHER, ARCHIVIST = (
    "赵敏", "孙丽", "马兰", "钱工", "王敏", "周强", "郑宏",
)  # fmt: skip
ROLES = {
    SECRETARY: "secretary", APPROVER: "approver", TECHNICIAN: "technician", OPERATOR: "operator",
    USHER: "usher", ARCHIVIST: "archivist",
}  # fmt: skip
ROSTER = """姓名,单位,职务,身份,排序
张建国,市政府,副市长,出席,1
李晓明,市住建局,局长,出席,2
王海燕,市政务服务局,局长,出席,3
陈志强,市财政局,局长,出席,4
赵洁,市发改委,主任,出席,5
周㛃,市审计局,副局长,出席,6
马德福,市国资委,科长,列席,7
,市统计局,局长,出席,8
"""
AT_MICROPHONES = ("张建国", "李晓明", "王海燕", "陈志强")

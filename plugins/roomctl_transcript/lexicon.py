"""Words of office that hold anywhere: units whose short names recognisers do not know, turns of speech, titles.

No person and no place stands here; those come from the roster, the agenda and the papers.
"""

UNITS = (
    "发改委", "住建局", "城管局", "财政局", "审计局", "教育局", "科技局", "公安局", "民政局", "司法局",
    "人社局", "自然资源局", "生态环境局", "交通局", "交通运输局", "水利局", "水务局", "农业农村局",
    "商务局", "文旅局", "卫健委", "应急局", "应急管理局", "国资委", "市监局", "市场监管局", "统计局",
    "医保局", "信访局", "税务局", "气象局", "消防支队", "行政审批局", "大数据局", "林业局", "园林局",
    "体育局", "机关事务局", "退役军人局", "退役军人事务局", "工信局", "编办", "网信办", "人大常委会",
    "政府办公室", "纪委监委", "组织部", "宣传部", "统战部", "政法委", "街道办", "居委会", "村委会",
    "管委会", "工作专班",
)  # fmt: skip
"""机构改革后的常用简称; with 市, 县, 区, 省 before them as well."""

PHRASES = (
    "不动产登记", "老旧小区", "政务服务", "政务服务中心", "政务服务大厅", "一窗受理", "贯彻落实",
    "督查督办", "会议纪要", "会议记录", "原则同意", "审议通过", "实施方案", "专项资金", "资金拨付",
    "加装电梯", "养老服务中心", "安全生产责任制", "主体责任", "网上可办率", "营商环境", "招商引资",
    "专题会议", "常务会议", "党组会议", "固定资产投资", "政府采购", "预备费", "乡村振兴", "生态环境保护",
    "高质量发展", "重大项目", "民生实事", "应急预案", "风险隐患", "隐患排查", "停车位", "充电桩",
    "物业服务", "公共停车场", "同比增长", "环比增长", "督促检查", "牵头单位", "责任单位", "配合单位",
    "办结率", "竣工验收", "立项审批", "初步设计", "可行性研究", "老旧管网", "雨污分流", "公共服务",
    "全面推进", "统筹协调", "压实责任", "从严治党", "意识形态", "廉政建设",
)  # fmt: skip
"""Said in most meetings, long enough that nothing else sounds like them."""

CLAUSES = ("散会", "休会", "现在开会", "同意", "没有意见", "原则同意")
"""Whole clauses: corrected only where the clause is nothing else."""

LEVELS = ("市", "县", "区", "省")

TITLES = (
    "同志", "局长", "副局长", "主任", "副主任", "书记", "副书记", "市长", "副市长", "县长", "副县长",
    "区长", "副区长", "省长", "部长", "副部长", "处长", "副处长", "科长", "副科长", "厅长", "副厅长",
    "院长", "校长", "所长", "站长", "镇长", "乡长", "秘书长", "委员", "常委", "代表", "主席", "副主席",
    "总经理", "董事长", "经理", "总监", "总工", "工程师", "教授", "博士", "老师", "先生", "女士", "组长",
    "队长", "支队长", "行长", "会长", "理事长", "主持人", "调研员", "巡视员",
)  # fmt: skip

BEFORE = (
    "请", "有请", "由", "首先请", "先请", "下面请", "接下来请", "欢迎", "感谢", "听取", "参会的有",
    "列席的有", "出席的有", "会议的有",
)  # fmt: skip
"""Turns of speech after which a person is named."""
AFTER = (
    "发言", "汇报", "报告", "介绍", "说明", "补充", "牵头", "负责", "主持", "传达", "宣读", "表态", "讲话",
    "作报告", "提出",
)  # fmt: skip
"""What a person does, just after the name."""

FUNCTION = frozenset(
    "的了着过是在有和与及或不没也都就还又再很更最这那哪我你您他她它们个把被让给从到向对为以之其而且但若如因所吗呢吧啊"
)
"""Grammar: never changed into a piece of a name or term, since its sound is everywhere (是政府 is no 市政府)."""

HEARD_AS = frozenset("过到为从将对向以")
"""Of these, what a recogniser writes in place of a syllable; allowed where the rest of the word leaves no doubt."""

SLIPS = (
    (r"会报(?![名告道到警复废考销批刊])", "汇报"),
    (r"[签千迁]头(?=[，。负责配合]|$)", "牵头"),
    (r"[邮游油](?=[市县省室事][^，。]{2,10}(?:牵头|负责|承办))", "由"),
)
"""What recognisers write for words of office that sound the same, where no other word can be meant."""

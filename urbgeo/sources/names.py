"""Place names made comparable: traditional characters, spaces and the short forms of counties."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import pandas as pd

from urbgeo.amounts import warn
from urbgeo.arguments import check_object
from urbgeo.checks import check_ids

_TRADITIONAL = (
    "万萬与與专專业業丛叢东東两兩严嚴个個个箇丰豐临臨为為为爲丽麗举舉义義乌烏乐樂习習乡鄉书書买買争爭于於云雲"
    "亚亞产產亲親亿億仆僕从從仑侖仓倉仪儀们們价價众眾众衆优優会會伞傘伟偉传傳伤傷伦倫体體余餘佥僉侠俠侣侶侧側"
    "侨僑俭儉债債偿償储儲儿兒兖兗党黨兰蘭关關兴興养養内內冈岡册冊军軍农農冲沖冲衝决決况況冻凍净凈净淨准準凉涼"
    "凌淩减減凑湊凤鳳凭憑凯凱击擊划劃刘劉则則刚剛创創别別剑劍剥剝剧劇劝勸办辦务務动動励勵劳勞势勢勋勳匀勻区區"
    "医醫华華协協单單卖賣占佔卢盧卧臥卫衛卫衞厂廠厅廳历歷厉厲压壓厕廁厢廂厦廈县縣参參叆靉双雙发發变變叙敍叙敘"
    "叠疊台臺叶葉号號后後吕呂听聽启啓启啟吴吳员員咨諮咸鹹响響唤喚啸嘯喷噴嘱囑团團园園围圍国國图圖圆圓圣聖场場"
    "坏壞块塊坚堅坛壇坝壩坞塢坟墳坠墜垄壟垒壘垦墾垩堊垫墊垭埡垲塏埘塒墙牆壮壯声聲壳殼壶壺处處备備复復够夠头頭"
    "夹夾夺奪奋奮奖獎妇婦妈媽娄婁娅婭婴嬰孙孫学學宁寧宁甯宝寶实實宠寵审審宪憲宫宮宽寬宾賓对對寻尋导導寿壽将將"
    "尔爾尘塵尝嘗尧堯尽盡层層届屆属屬屿嶼岁歲岂豈岖嶇岗崗岘峴岚嵐岛島岩巖岭嶺岳嶽岽崬岿巋峄嶧峡峽峣嶢峤嶠峥崢"
    "峦巒峰峯崂嶗崃崍崭嶄嵘嶸嵝嶁巅巔巨鉅巩鞏币幣师師帐帳带帶帮幫干幹并並广廣庄莊庆慶床牀庐廬库庫应應庙廟庞龐"
    "废廢廪廩开開异異弃棄张張弥彌弯彎弹彈强強归歸当當录錄彦彥彻徹征徵径徑怀懷态態怜憐总總恋戀恒恆恳懇悬懸惧懼"
    "惭慚愿願懒懶戏戲战戰户戶托託执執扩擴扫掃扬揚扰擾抚撫抢搶护護报報担擔拐柺拥擁拦攔拨撥择擇挂掛挡擋挤擠挥揮"
    "损損换換据據掳擄搂摟摄攝摆擺摇搖撑撐攒攢敌敵数數斋齋斗鬥断斷无無旧舊时時旷曠昆崑昙曇显顯晋晉晒曬晓曉晔曄"
    "晖暉暂暫术術机機杀殺杂雜权權条條来來杨楊极極构構枞樅枢樞枣棗枪槍枫楓柜櫃柠檸栅柵标標栈棧栋棟栏欄树樹栖棲"
    "栗慄样樣栾欒档檔桥橋桦樺桩樁梁樑梦夢检檢棂欞棱稜椁槨楼樓榄欖槛檻横橫樱櫻欢歡欧歐歼殲殁歿残殘毁毀毕畢气氣"
    "汇匯汇彙汉漢污汙汤湯沈瀋沟溝没沒沣灃沤漚沥瀝沦淪沧滄沩溈沪滬泞濘泪淚泸瀘泺濼泻瀉泼潑泽澤泾涇洁潔洒灑洼窪"
    "浃浹浅淺浆漿浇澆浈湞浉溮浊濁测測浍澮济濟浏瀏浑渾浒滸浓濃浔潯涂塗涛濤涝澇涞淶涟漣涠潿涡渦涣渙涤滌润潤涧澗"
    "涨漲涩澀淀澱渊淵渌淥渍漬渎瀆渐漸渑澠渔漁渗滲温溫游遊湾灣湿濕溃潰溅濺溆漵滚滾滞滯满滿滢瀅滤濾滥濫滦灤滨濱"
    "滩灘潆瀠潇瀟潍濰潜潛澜瀾濑瀨灏灝灭滅灯燈灵靈灾災炉爐炖燉点點炼煉烁爍烂爛烟煙烦煩烧燒烨燁热熱焕煥爱愛爷爺"
    "牵牽犹猶独獨狭狹狮獅猎獵猪豬献獻玛瑪环環现現玺璽珐琺珑瓏珲琿琏璉琼瓊瑶瑤璎瓔瓮甕瓯甌电電画畫畅暢畴疇疗療"
    "盐鹽监監盖蓋盗盜盘盤矿礦砀碭码碼砖磚砚硯砺礪砾礫础礎硕碩硚礄确確碍礙碱鹼礼禮祢禰祯禎祷禱祸禍禄祿禅禪离離"
    "秃禿种種积積称稱税稅稳穩穷窮窑窯窝窩竞競笔筆笼籠筑築筹籌签籤简簡箩籮篱籬类類粤粵粪糞粮糧紧緊纠糾纡紆红紅"
    "级級纪紀纬緯纯純纱紗纲綱纳納纵縱纷紛纸紙纹紋纽紐线線练練组組细細织織终終绍紹经經结結绕繞绘繪给給绛絳络絡"
    "绝絕统統绣繡绥綏继繼绩績绪緒续續绰綽绳繩维維绵綿综綜绿綠缅緬缆纜编編缘緣缙縉缝縫缠纏缤繽缩縮缴繳网網罗羅"
    "罢罷群羣翘翹耸聳聂聶职職联聯聪聰肃肅肠腸肤膚肾腎肿腫胀脹胁脅胜勝胶膠脉脈脏臟脑腦脚腳脱脫脸臉腊臘腾騰舆輿"
    "舰艦舱艙艰艱艳艷艺藝节節芈羋芗薌芜蕪芦蘆苇葦苍蒼苏蘇苹蘋范範茎莖荆荊荐薦荙薘荚莢荛蕘荞蕎荡蕩荣榮荤葷荥滎"
    "荫蔭药藥莅蒞莱萊莲蓮获獲莹瑩莺鶯萝蘿萤螢营營萦縈萧蕭萨薩葱蔥蒋蔣蓝藍蓟薊蓥鎣蔷薔蔺藺蕲蘄蕴藴蕴蘊薮藪虏虜"
    "虑慮虚虛虫蟲虽雖虾蝦蚀蝕蚁蟻蚂螞蚕蠶蛮蠻蛰蟄蝇蠅蝉蟬衔銜补補衬襯袭襲装裝裤褲见見观觀规規视視览覽觉覺触觸"
    "誉譽计計订訂认認讨討让讓训訓议議记記讲講讷訥许許论論设設访訪诀訣证證评評识識诉訴诊診词詞诏詔译譯试試诗詩"
    "诚誠话話诞誕询詢该該详詳语語误誤诱誘说說诵誦请請诸諸诺諾读讀课課谁誰调調谅諒谈談谊誼谋謀谐諧谓謂谟謨谢謝"
    "谣謠谦謙谭譚谯譙谱譜谷穀贝貝贞貞负負贡貢财財责責贤賢败敗账賬货貨质質贩販贪貪贫貧贬貶购購贮貯贯貫贴貼贵貴"
    "贷貸贸貿费費贺賀贻貽贾賈赁賃资資赉賚赋賦赌賭赏賞赐賜赔賠赖賴赚賺赛賽赞贊赠贈赢贏赣贛赵趙趋趨跃躍践踐踪蹤"
    "车車轨軌轩軒转轉轮輪软軟轰轟轴軸轻輕载載轿轎较較辅輔辆輛辈輩辉輝辐輻辑輯输輸辖轄辗輾辞辭辟闢辩辯边邊辽遼"
    "达達迁遷过過迈邁运運还還这這进進远遠违違连連迟遲适適选選逊遜递遞逻邏遗遺遥遙邓鄧邝鄺邬鄔邮郵邹鄒邺鄴邻鄰"
    "郁鬱郏郟郑鄭郓鄆郦酈郧鄖郸鄲酱醬酿釀采採释釋里裏里裡鉴鑒针針钉釘钓釣钙鈣钟鍾钟鐘钢鋼钥鑰钦欽钧鈞钩鈎钩鉤"
    "钱錢钻鑽钾鉀铁鐵铃鈴铅鉛铜銅铝鋁银銀铸鑄铺鋪链鏈销銷锁鎖锄鋤锅鍋锋鋒锐銳错錯锡錫锣鑼锤錘锦錦键鍵锰錳镇鎮"
    "镜鏡镶鑲长長门門闭閉问問闯闖闰閏闲閑闲閒间間闵閔闸閘闹鬧闻聞闽閩闾閭阀閥阁閣阅閱阆閬阎閻阐闡阔闊队隊阳陽"
    "阴陰阵陣阶階际際陆陸陇隴陈陳陉陘陕陝险險随隨隐隱隶隸难難雏雛雾霧霁霽静靜韦韋韧韌韩韓页頁顶頂顷頃项項顺順"
    "须須顾顧顿頓颁頒预預领領颍潁颐頤频頻题題颜顏额額颠顛风風飞飛饥飢饭飯饮飲饰飾饱飽饲飼饶饒馆館馈饋马馬驮馱"
    "驯馴驱驅驳駁驴驢驶駛驻駐驼駝驾駕驿驛骁驍骂罵骄驕骅驊骆駱验驗骑騎骗騙骡騾鱼魚鲁魯鲅鮁鲍鮑鲜鮮鲤鯉鲸鯨鳌鰲"
    "鸟鳥鸠鳩鸡雞鸣鳴鸭鴨鸳鴛鸽鴿鸿鴻鹅鵝鹏鵬鹤鶴鹰鷹麦麥黄黃齐齊齿齒龙龍龚龔龟龜"
)
"""Simplified and traditional characters by turns, for the names of Chinese places."""

_TABLE = str.maketrans(dict(zip(_TRADITIONAL[1::2], _TRADITIONAL[::2], strict=True)))
"""Traditional to simplified; 乾 stays (乾县), 邱 stays (邱县): both are names of their own."""

_PEOPLES = (
    "蒙古族 蒙古 回族 藏族 维吾尔 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 白族 土家族 "
    "哈尼族 哈萨克族 哈萨克 傣族 黎族 傈僳族 "
    "佤族 畲族 拉祜族 水族 东乡族 纳西族 柯尔克孜族 柯尔克孜 土族 达斡尔族 "
    "仫佬族 羌族 布朗族 撒拉族 毛南族 仡佬族 锡伯族 锡伯 塔吉克 "
    "普米族 怒族 裕固族 鄂伦春 鄂温克族 保安族 独龙族 景颇族 阿昌族 各族"
)
"""Peoples as they stand in the names of autonomous counties, banners and prefectures."""

_AUTONOMY = re.compile(f"(?:{'|'.join(sorted(_PEOPLES.split(), key=len, reverse=True))})+自治(?=[县旗州])")


def normalise_name(name: str) -> str:
    """A place name in simplified characters, without spaces, dots and compatibility forms.

    Traditional characters that stand in names of Chinese places become simplified ones; one-to-many forms
    (裏/里, 臺/台, 甯/宁) fall together. The administrative suffix stays: 长沙市 and 长沙县 are two places.

    >>> normalise_name("衡陽 市")
    '衡阳市'
    """
    plain = unicodedata.normalize("NFKC", name)
    plain = re.sub(r"[\s·•・‧.]", "", plain)
    return plain.translate(_TABLE)


def match_names(asked: pd.Series, known: pd.Series) -> pd.DataFrame:
    """Match place names to the ids of known places, never by the stem alone.

    A name matches when it equals a known one after :func:`normalise_name`, or when it is the short form of
    exactly one autonomous county (靖州县 for 靖州苗族侗族自治县).

    Parameters
    ----------
    asked
        Names to look up, any unique index.
    known
        Names of the known places, index = id.

    Returns
    -------
    pandas.DataFrame
        On the index of ``asked``: ``id`` (missing when not found), ``status`` (``"exact"``, ``"short
        form"``, ``"ambiguous"``, ``"unknown"``).

    Raises
    ------
    InputError
        For repeated ids.

    Examples
    --------
    >>> known = pd.Series({"430729": "靖州苗族侗族自治县", "430100": "长沙市"})
    >>> match_names(pd.Series(["靖州县", "長沙市", "长沙县"]), known)["status"].tolist()
    ['short form', 'exact', 'unknown']
    """
    for names, name in ((asked, "asked"), (known, "known")):
        check_object(names, name, pd.Series, "give the names by id, e.g. a column of a table")
        check_ids(names.index, name)
        if names.empty:
            warn(f"{name}: it has no rows; no name is matched.")
    exact = _by_name((normalise_name(str(name)) for name in known), known.index)
    short = _by_name((short_form(normalise_name(str(name))) for name in known), known.index)
    rows = [_lookup(normalise_name(str(name)), exact, short) for name in asked]
    ids, status = zip(*rows, strict=True) if rows else ((), ())
    return pd.DataFrame(
        {"id": pd.Series(ids, index=asked.index, dtype=object), "status": status}, index=asked.index
    )


def short_form(name: str) -> str:
    """The name of an autonomous unit without its peoples: 靖州县 of 靖州苗族侗族自治县."""
    return _AUTONOMY.sub("", name)


def _by_name(names: Iterable[str], ids: pd.Index) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for name, one in zip(names, ids, strict=True):
        found.setdefault(name, []).append(one)
    return found


def _lookup(
    name: str, exact: dict[str, list[object]], short: dict[str, list[object]]
) -> tuple[object | None, str]:
    for places, status in ((exact, "exact"), (short, "short form")):
        hits = places.get(name, [])
        if len(hits) == 1:
            return hits[0], status
        if hits:
            return None, "ambiguous"
    return None, "unknown"

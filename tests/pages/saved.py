"""Templates of pages saved as plain text, modelled on how Arabic outlets look."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pages.articles import Article
from pages.surroundings import agency, captions, comments, headlines, keywords, teasers, writer


def body(article: Article, inserts: dict[int, str] | None = None) -> str:
    """The blocks of an article with what a page puts after some of them (counted from 0)."""
    blocks = []
    for at, block in enumerate(article.blocks):
        blocks.append(re.sub(r"^# ", "", block))
        if inserts and at in inserts:
            blocks.append(inserts[at])
    return "\n\n".join(blocks)


def london_daily(articles: Sequence[Article], number: int) -> str:
    """Headline, photo and `TT`, then the same again; teasers with photos; the next article."""
    pages = []
    for at, article in enumerate(articles):
        first, second = (f"{text} ({agency(number + at)})" for text in captions(number + at, 2))
        photo = f"{first}\n{first}"
        pages.append(article.title)
        pages.append(f"{photo}\nTT\n\n{article.title}\n\n{photo}")
        pages.append(body(article, {0: second}))
        if at == 0:
            boxes = [
                f"العالم {caption} ({agency(number + 2)})\n\n{headline}\n\n{teaser}\n\n"
                f"«صحيفة المرفأ» (البرجين)"
                for caption, (headline, teaser) in zip(
                    captions(number + 1, 3), teasers(number, 3), strict=True
                )
            ]
            pages.append("\nمقالات ذات صلة\n\n" + "\n".join(boxes))
    return "\n\n".join(pages)


def aggregator(articles: Sequence[Article], number: int) -> str:
    """Source and keywords below the article, then a second one under "read also"."""
    first, *rest = articles
    parts = [f"{first.title}\n\n{body(first)}\n\n \n\nالمصدر: صدى الوادي"]
    parts.append("كلمات دلالية: " + " ".join(keywords(first.title) * 2))
    for article in rest:
        parts.append(f"إقرأ أيضاً:\n\n{article.title}\n\n{body(article)}")
    items = "\n".join(f"  • {headline}" for headline in headlines(number, 8))
    parts.append(f"مقالات مشابهة\n\n{items}")
    return "\n\n".join(parts)


def blog(articles: Sequence[Article], number: int) -> str:
    """A weblog: the headline twice, encoded residue, comments and the form for them."""
    [article] = articles
    written = "\n\n".join(
        f"{name} يقول:\n{12 + at} مارس، 2024 الساعة 8:14 م\n{text}\nرد"
        for at, (name, text) in enumerate(comments(number, 2))
    )
    return f"""تخطى إلى المحتوى

{article.title}

{article.title}

{body(article)}

MmEwMjo0NzgwOjExOjo0Zg==جزيرة المرفأ الإخبارية

تصفّح المقالات

المقالة السابقة
{headlines(number, 1)[0]}
المقالة التالية
{headlines(number + 1, 1)[0]}

تعليقات

{written}

اترك تعليقاً إلغاء الرد

لن يتم نشر عنوان بريدك الإلكتروني. الحقول الإلزامية مشار إليها بـ *

التعليق *

الاسم *

البريد الإلكتروني *

الموقع الإلكتروني

احفظ اسمي، بريدي الإلكتروني، والموقع الإلكتروني في هذا المتصفح لاستخدامها المرة المقبلة في تعليقي.
"""


def magazine_theme(articles: Sequence[Article], number: int) -> str:
    """A site made from a ready theme: sections run together, share bar, repeated captions."""
    [article] = articles
    photo, other = captions(number, 2)
    return f"""أخبار الساحلعاجل

{article.title}



تقرير: {writer(number)}

فيسبوك ‫X لينكدإن واتساب تيلقرام مشاركة عبر البريد طباعة

{body(article, {0: f"{photo} 2024{chr(10)}{photo} 2024", 2: f"{other}{chr(10)}{other}"})}



لمزيد من الأخبار زوروا موقعنا: الساحل اليوم وللتواصل الاجتماعي تابعنا على فيسبوك الساحل اليوم

الوسوم
{chr(10).join(keywords(article.title))}

مقالات ذات صلة

{chr(10).join(headlines(number, 3))}

زر الذهاب إلى الأعلى
"""


def satellite_channel(articles: Sequence[Article], number: int) -> str:
    """A channel: a menu, a trail, numbered lists of links, advertisements in the text."""
    [article] = articles
    links = "\n".join(
        f"list {at} of 2\n{headline}" for at, headline in enumerate(headlines(number, 2), start=1)
    )
    return f"""الرئيسية
أخبار
سياسة
اقتصاد
رياضة
ثقافة
تكنولوجيا
المزيد
بث مباشر
تسجيل الدخول

أخبار|سياسة

{article.title}

play
مدة الفيديو 02 minutes 41 seconds

14/3/2024

شارِكْ

facebook

x

whatsapp

copylink

حفظ

{body(article, {0: "إعلان", 1: f"اقرأ أيضا{chr(10)}{chr(10)}{links}{chr(10)}end of list"})}

المصدر: قناة الساحل + وكالات

كلمات مفتاحية

{chr(10).join(keywords(article.title))}

الأكثر قراءة

{chr(10).join(headlines(number + 2, 4))}

من نحن
اعرض المزيد
تواصل معنا
خدماتنا
جميع الحقوق محفوظة © 2024 شبكة الساحل الإعلامية
"""


def capital_daily(articles: Sequence[Article], number: int) -> str:
    """A daily of a capital: links within the text, hashtags, newsletter, comment form."""
    [article] = articles
    one, two, three, four = headlines(number, 4)
    inserts = {0: f"اقرأ أيضًا: {one}", 2: f"شاهد أيضاً.. {two}"}
    if number % 2:
        inserts = {1: f"اقرأ أيضاً | {one}", 3: f"موضوعات متعلقة:\n\n{two}\n\n{three}"}
    return f"""الرئيسية | أخبار العاصمة | محافظات | حوادث | اقتصاد | رياضة | فن | رأي

{article.title}

الخميس 14 مارس 2024 | 10:35 ص

كتب - {writer(number)}

{captions(number, 1)[0]} - أرشيفية

{body(article, inserts)}

#{" #".join(word.replace(" ", "_") for word in keywords(article.title)[:3])}

اشترك في النشرة البريدية لتصلك أهم الأخبار يومياً

أدخل بريدك الإلكتروني

اشتراك

{four}

لا توجد تعليقات

أضف تعليقك

الاسم

البريد الإلكتروني

إرسال

سياسة الخصوصية | اتصل بنا | من نحن
© 2024 جريدة العاصمة. كل الحقوق محفوظة. تصميم وتطوير شركة البرجين
"""


def endless_page(articles: Sequence[Article], number: int) -> str:
    """A page that loads the next article below the last one, each with a line for its date."""
    parts = [
        "نستخدم ملفات تعريف الارتباط لتحسين تجربتك في موقعنا. "
        "بمتابعة التصفح أنت توافق على ذلك.\nموافق"
    ]
    for at, article in enumerate(articles):
        parts.append(
            f"محليات\n\n{article.title}\n\n"
            f"نُشر في: {4 + at} أبريل 2024، 0{7 + at}:20 صباحاً\n"
            f"بقلم: {writer(number + at)}\n\nشارك\nفيسبوك\nتويتر\nنسخ الرابط\n\n{body(article)}\n\n"
            f"شارك المقال\nواتساب\nتلغرام\n\n"
            f"الكلمات المفتاحية: {'، '.join(keywords(article.title))}"
        )
    return "\n\n".join([*parts, "تحميل المزيد", "جميع الحقوق محفوظة لبوابة الوادي 2024"])


def opinion_page(articles: Sequence[Article], number: int) -> str:
    """A column: the writer's name and photo above, who the writer is below."""
    [article] = articles
    by = writer(number)
    address = f"{by.replace(' ', '.')}@almarfa.example.org"
    ending = f"{by}\n\nكاتبة وأكاديمية من الساحل"
    if number % 2:
        ending = f"* كاتب وباحث في شؤون البيئة\n\n{address}"
    return f"""الرأي

{article.title}

بقلم {writer(number)}

ع ع ع
حجم الخط

1,204 مشاهدة

{body(article)}

{ending}

الآراء الواردة في هذا المقال تعبر عن رأي كاتبها ولا تعبر بالضرورة عن رأي الصحيفة.

مقالات أخرى للكاتب

{chr(10).join(headlines(number, 3))}
"""


def maghreb_portal(articles: Sequence[Article], number: int) -> str:
    """A portal of the Maghreb: its month names, numbered comments, a newsletter."""
    [article] = articles
    written = "\n\n".join(
        f"{at}\n{name}\nالجمعة 15 نونبر 2024 - 1{at}:05\n\n{text}\n\n{at * 3} {at}"
        for at, (name, text) in enumerate(comments(number, 3), start=1)
    )
    return f"""{article.title}

{article.title}
صورة: أرشيف
بوابة الأطلس - {writer(number)}
الجمعة 15 نونبر 2024 - 09:00

{body(article, {1: f"إقرأ أيضاً{chr(10)}{headlines(number, 1)[0]}"})}

{" ".join(keywords(article.title))}

النشرة الإخبارية

اشترك الآن في النشرة البريدية لبوابة الأطلس، لتصلك آخر الأخبار يوميا

تعليقات الزوار

{written}

أضف تعليقك

شروط النشر: عدم الإساءة للكاتب أو للأشخاص أو للمقدسات، والابتعاد عن التحريض.

آخر الأخبار
{chr(10).join(headlines(number + 1, 4))}
"""


def coast_portal(articles: Sequence[Article], number: int) -> str:
    """A portal with a ticker above and lists of headlines below, some of them repeated."""
    [article] = articles
    return f"""عاجل
{chr(10).join(headlines(number + 2, 3))}

لبنان اليوم

{article.title}

14/03/2024 06:52PM

{body(article)}

شارك هذا الخبر

{chr(10).join(headlines(number, 5))}

آخر الأخبار

أهم الأخبار والفيديوهات في بريدك الإلكتروني

إشترك

تابعوا آخر أخبار بوابة الساحل عبر Google News

انضم إلى قناتنا على واتساب

هاتف: 01/234567 - بريد إلكتروني: info@sahel.example.org
© 2024 بوابة الساحل
"""


def press_agency(articles: Sequence[Article], number: int) -> str:
    """An agency: place and day open the text, its mark and the hour end it."""
    [article] = articles
    return f"""English Français فارسی

القائمة

عام / {article.title}

الخميس 1445/9/4 هـ الموافق 2024/03/14 م واس

{body(article)}

// انتهى //

11:42 ت م

0009

طباعة

إرسال

أخبار ذات علاقة

{chr(10).join(headlines(number, 3))}
"""


def foreign_broadcaster(articles: Sequence[Article], number: int) -> str:
    """A foreign broadcaster in Arabic: labelled captions, links to skip a box in the text."""
    [article] = articles
    box = "\n".join(
        ["تخطى قصص مقترحة وواصل القراءة", "قصص مقترحة", *headlines(number, 3), "قصص مقترحة نهاية"]
    )
    photo, other = captions(number, 2)
    return f"""إذهب الى المحتوى

{article.title}

صدر الصورة، Getty Images

التعليق على الصورة، {photo}

Article information
Author, {writer(number)}
Role, بي سي الساحل
قبل 3 ساعات
مدة القراءة: 4 دقائق

{body(article, {1: box, 3: f"صدر الصورة، Reuters{chr(10)}{chr(10)}التعليق على الصورة، {other}"})}

مواضيع ذات صلة

{chr(10).join(keywords(article.title)[:3])}

المزيد حول هذه القصة

{chr(10).join(headlines(number + 1, 3))}
"""


def eastern_channel(articles: Sequence[Article], number: int) -> str:
    """A channel from the east: a line for the hour in Greenwich, credits of its own, a poll."""
    [article] = articles
    one, two = headlines(number, 2)
    return f"""مباشر
RSS
أخبار العالم

{article.title}

تاريخ النشر:
14.03.2024 | 10:35 GMT

متابعة القناة عبر:

{captions(number, 1)[0]} / Globallookpress

انسخ الرابط

{body(article, {1: f"إقرأ المزيد{chr(10)}{one}", 3: f"إقرأ المزيد{chr(10)}{two}"})}

المصدر: "نوفوستي" + وكالات

هل تجد هذا المحتوى مفيداً؟
نعم
لا

التعليقات

الأكثر تفاعلا
{chr(10).join(headlines(number + 2, 3))}

تنويه: تعرض هنا آراء القراء التي لا تمثل القناة.
"""


def gulf_channel(articles: Sequence[Article], number: int) -> str:
    """A channel of the Gulf: place and hour below the headline, links with their sections."""
    [article] = articles
    related = "\n\n".join(
        f"{section}\n{headline}"
        for section, headline in zip(("اقتصاد", "رياضة", "عالم"), headlines(number, 3), strict=True)
    )
    hashtags = "\n".join(f"#{word}" for word in keywords(article.title)[:3])
    return f"""العالم
منوعات

أخبار الساحل

{article.title}

14 مارس 2024 - 10:35 بتوقيت أبوظبي

قناة الساحل - العاصمة

{captions(number, 1)[0]}

{body(article, {2: f"اقرأ أيضا: {headlines(number + 1, 1)[0]}"})}

الكلمات الدلالية
{hashtags}

أخبار ذات صلة

{related}

الرئيسية|أخبار|اتصل بنا|حمّل تطبيقنا
© 2024 قناة الساحل. جميع الحقوق محفوظة
"""


def london_weekly(articles: Sequence[Article], number: int) -> str:
    """A paper from London: the date in parts, the place opens the text, channels close it."""
    [article] = articles
    return f"""الرئيسية
سياسة
صحافة
مقالات
تحقيقات
ثقافة
منوعات
لايف ستايل
اقتصاد
رياضة
وسائط
الأسبوعي

Search

{article.title}

14 - مارس - 2024

{writer(number)}
0

حجم الخط

{body(article)}

كلمات مفتاحية

{writer(number)}
{chr(10).join(keywords(article.title)[:2])}

اترك تعليقاً

لن يتم نشر عنوان بريدك الإلكتروني. الحقول الإلزامية مشار إليها بـ *

التعليق *

الاسم *

اشترك في قائمتنا البريدية

تابعنا على منصات التواصل
"""


def state_paper(articles: Sequence[Article], number: int) -> str:
    """A paper of the state: the date above the headline, links at the very end of the text."""
    [article] = articles
    return f"""بوابة النيل
الأخبار
محافظات

14-3-2024 | 10:35

{article.title}

{captions(number, 1)[0]}

{writer(number)}

موضوعات مقترحة

{chr(10).join(headlines(number, 3))}

{body(article)}

اقرأ أيضًا:

{chr(10).join(headlines(number + 1, 3))}

كلمات البحث

{" | ".join(keywords(article.title))}

اقــرأ أيضــا

الأكثر قراءة

{chr(10).join(headlines(number + 2, 4))}
"""


def radio_site(articles: Sequence[Article], number: int) -> str:
    """A radio's site from Tunis: its month names, a recording, the programmes of the day."""
    [article] = articles
    return f"""Aller au contenu
البث المباشر
جهوية
وطنية
رياضة
برامج
بودكاست

وطنية

{article.title}

14 مارس 2024 12:20

إذاعة الياسمين

استمع إلى الخبر
0:00 / 2:41

{captions(number, 1)[0]} © وات

{body(article)}

{writer(number)}

آخر الأخبار

12:05
{headlines(number, 1)[0]}

11:48
{headlines(number + 1, 1)[0]}

برامج اليوم
صباح الياسمين
من السادسة إلى التاسعة

إذاعة الياسمين © 2024 كل الحقوق محفوظة
اتصل بنا
"""


def river_agency(articles: Sequence[Article], number: int) -> str:
    """An agency from Baghdad: the city and its own name open the text, editors close it."""
    [article] = articles
    return f"""وكالة النهرين للأنباء
الرئيسية سياسة أمن اقتصاد محليات رياضة منوعات

{article.title}

محلي
منذ 5 ساعات
A+ A-

بغداد - النهرين

{body(article, {1: f"اقرأ أيضاً{chr(10)}{chr(10)}{headlines(number, 1)[0]}"})}

تحرير: {writer(number)}

التعليقات (0)

أحدث الأخبار

{chr(10).join(headlines(number + 1, 5))}

حمل تطبيق النهرين
App Store
Google Play
Copyright © 2024 وكالة النهرين للأنباء
"""


def kingdom_daily(articles: Sequence[Article], number: int) -> str:
    """A daily from Riyadh: a Hijri date, the writer with a city, rows of other stories."""
    [article] = articles
    rows = "\n\n".join(f"{headline}\n\n14-03-2024" for headline in headlines(number, 3))
    return f"""الخميس 4 رمضان 1445 - 14 مارس 2024

ابحث

أخبار السعودية

{article.title}

{writer(number)} (الرياض)

الخميس / 04 / رمضان / 1445 هـ الخميس 14 مارس 2024 03:15

{captions(number, 1)[0]}.

A A

{body(article)}

المزيد من أخبار السعودية

{rows}

© جميع الحقوق محفوظة لمؤسسة الصحيفة للصحافة والنشر
"""


def opinion_weekly(articles: Sequence[Article], number: int) -> str:
    """A weekly of opinion: who the writer is above the text, a call for gifts below it."""
    [article] = articles
    return f"""رأي

{article.title}

{writer(number)}

كاتب من الساحل

آخر تحديث : 14 مارس 2024

إستمع للمقال

+ الخط -

{body(article)}

دلالات
{chr(10).join(keywords(article.title)[:3])}

المساهمون

{writer(number)}
كاتب من الساحل

المزيد في آراء

{chr(10).join(headlines(number, 4))}

ادعموا الصحافة المستقلة: تبرعوا الآن
"""

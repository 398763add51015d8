"""More templates of pages saved as plain text: outlets whose pages come in several layouts."""

from __future__ import annotations

from collections.abc import Sequence

from pages.articles import Article
from pages.saved import body
from pages.surroundings import agency, captions, headlines, keywords, teasers, writer

SECTIONS = ("المشرق العربي", "شمال أفريقيا", "يوميات الشرق", "شؤون إقليمية", "الولايات المتحدة​")


def london_daily_signed(articles: Sequence[Article], number: int) -> str:
    """City and paper below the photo, both calendars, captions without an agency; three stacked."""
    pages = []
    for at, article in enumerate(articles):
        photo = captions(number + at, 1)[0]
        pages.append(f"{article.title}\n\n{photo}\n{photo}\nTT\n\n{article.title}\n\n{photo}")
        pages.append(
            "البرجين:«صحيفة المرفأ»\n"
            f"نُشر: 10:35-{14 + at} مارس 2024 م ـ 0{4 + at} رَمضان 1445 هـ\n"
            f"آخر تحديث: 11:02-{14 + at} مارس 2024 م ـ 0{4 + at} رَمضان 1445 هـ"
        )
        pages.append(body(article))
        boxes = [
            f"{SECTIONS[(number + place) % 5]} {caption} ({agency(number)})\n\n{headline}\n\n"
            f"{teaser}\n\n{writer(number + place)} (البرجين)"
            for place, (caption, (headline, teaser)) in enumerate(
                zip(captions(number, 2), teasers(number + at, 2), strict=True)
            )
        ]
        pages.append("مواضيع\nوادي الريحان الساحل\n\nمقالات ذات صلة\n\n" + "\n".join(boxes))
    return "\n\n".join(pages)


def london_daily_former(articles: Sequence[Article], number: int) -> str:
    """The paper's former layout: number of the issue, place and paper, a list for the editor."""
    [article] = articles
    photo = captions(number, 1)[0]
    picks = "\n\n".join(f"{headline}\n{teaser}" for headline, teaser in teasers(number + 1, 2))
    return f"""{article.title}

الخميس - 4 شهر رمضان 1445 هـ - 14 مارس 2024 مـ رقم العدد [16543]

{photo} ({agency(number)})

البرجين: «صحيفة المرفأ»

نسخة للطباعة

{body(article)}

الساحل
أخبار الساحل

اختيارات المحرر

{picks}

الوسوم

{chr(10).join(keywords(article.title)[:2])}

مختارات

{chr(10).join(headlines(number + 2, 3))}

المزيد...

فيديو

{chr(10).join(headlines(number + 3, 2))}

التعليقات

تعليقات حتى الآن

Your browser does not support the audio element.
"""


def aggregator_of_channels(articles: Sequence[Article], number: int) -> str:
    """No headline above the first article; the second keeps what its own outlet put below it."""
    first, second = articles
    items = "\n".join(f"  • {headline}" for headline in headlines(number + 1, 6))
    lead = first.title if number % 2 else f"{first.title}\n\nالبرجين / وكالة أنباء الساحل"
    return f"""{lead}

{body(first)}



وسوم: {" ".join(keywords(first.title))}

شارك هذا الموضوع:

المصدر: بوابة الساحل

كلمات دلالية: {" ".join(keywords(first.title))}

إقرأ أيضاً:

{second.title}

{body(second)}

المصدر : قناة الساحل + وكالات + مواقع التواصل الاجتماعي

مقالات مشابهة

{items}
"""


def translated_blog(articles: Sequence[Article], number: int) -> str:
    """A weblog with a ready set of buttons, likes and related posts, and a link to the source."""
    [article] = articles
    related = "\n".join(
        f'{headline}\n{12 + at} مارس، 2024\nفي "أخبار"'
        for at, headline in enumerate(headlines(number, 3))
    )
    return f"""{article.title}

بواسطة admin 14 مارس، 2024

{body(article)}

رابط المصدر

MjAyMTowOjE4OjYx{"MDA=" if number % 2 else "MTI="}ساحل اليوم

شارك هذا الموضوع:

انقر للمشاركة على فيسبوك (فتح في نافذة جديدة)
انقر للمشاركة على تويتر (فتح في نافذة جديدة)
انقر للمشاركة على WhatsApp (فتح في نافذة جديدة)

معجب بهذه:

إعجاب تحميل...

مرتبط

{related}

مقالات ذات صلة

{headlines(number + 1, 1)[0]}

اترك تعليقاً إلغاء الرد

لن يتم نشر عنوان بريدك الإلكتروني. الحقول الإلزامية مشار إليها بـ *

هذا الموقع يستخدم خدمة أكيسميت للتقليل من البريد المزعجة. اعرف المزيد عن كيفية التعامل مع \
بيانات التعليقات الخاصة بك processed.
"""


def arab_theme(articles: Sequence[Article], number: int) -> str:
    """The ready theme again: sections run together, captions twice right below a paragraph."""
    [article] = articles
    photo, other = captions(number, 2)
    sections = ("رياضةعاجلمحلي", "اقتصادأخبار", "أخبار عربيةرئيسيةعاجل", "منوعاتأخبار مميزة")
    insert = f"شاهد أيضًا: {headlines(number, 1)[0]}"
    return f"""{sections[number % 4]}

{article.title}

{photo}

كتبت: {writer(number)}

{body(article, {0: f"{photo}{chr(10)}{photo}", 1: insert, 2: f"{other}{chr(10)}{other}"})}

لمزيد من الأخبار زوروا موقعنا: الساحل العربي وللتواصل الاجتماعي تابعنا على فيسبوك الساحل العربي

{writer(number)} محرر بالموقع

منذ يومين
0 145 2 دقائق

فيسبوك تويتر لينكدإن ماسنجر ماسنجر واتساب تيلقرام طباعة

زر الذهاب إلى الأعلى

إغلاق

البحث عن
"""


def paris_channel(articles: Sequence[Article], number: int) -> str:
    """A channel from Paris: two dates run together, calls for its newsletter and application."""
    [article] = articles
    return f"""الأولى
/
الساحل

{article.title}

نشرت في: 14/03/2024 - 10:35آخر تحديث: 14/03/2024 - 11:02

2 دقائق

{captions(number, 1)[0]}. © أ ف ب

{body(article, {0: "إعلان", 2: f"للاطلاع على المزيد: {headlines(number, 1)[0]}"})}

القناة 24/ أ ف ب

الرسالة الإخبارية

لا تفوتوا أهم الأخبار الدولية عبر رسائل القناة

اشترك

أضف القناة إلى شاشتك الرئيسية

حمل تطبيق القناة

شارك :

للمزيد حول نفس المواضيع

{chr(10).join(keywords(article.title)[:3])}

الأكثر قراءة

1
{headlines(number, 1)[0]}

2
{headlines(number + 1, 1)[0]}

الصفحة غير متوفرة

المحتوى الذي تحاولون الوصول إليه لم يعد متوفرا أو قد يكون غير موجود أصلا
"""


def eastern_agency(articles: Sequence[Article], number: int) -> str:
    """An agency from the east: the photo's owner and archive, hours in Greenwich, dated links."""
    [article] = articles
    link = f"12 مارس, 18:20 GMT\n{headlines(number, 1)[0]}"
    owner = f"© Sahel / {writer(number)}"
    return f"""{article.title}

{article.title} - وكالة الساحل عربي, 1920, 14.03.2024

10:35 GMT 14.03.2024 (تم التحديث: 11:02 GMT 14.03.2024)

{owner}
/
الانتقال إلى بنك الصور

{captions(number, 1)[0]}

تابعنا عبر

{body(article, {1: link})}

{article.title}

المصدر: وكالة الساحل

خبراء
العالم
{chr(10).join(keywords(article.title)[:2])}

شريط الأخبار

0

الجديد أولاً
القديم أولاً

loader

البث المباشر

تسجيل الدخول
"""


def moscow_channel(articles: Sequence[Article], number: int) -> str:
    """A channel from Moscow: a short address, links with their summaries between paragraphs."""
    [article] = articles
    one, two = teasers(number, 2)
    inserts = {
        1: f"إقرأ المزيد\n\n{one[0]}\n\n{one[1]}",
        3: f"إقرأ المزيد\n\n{two[0]}\n\n{two[1]}",
    }
    return f"""أخبار العالم

{article.title}

تاريخ النشر: 14.03.2024 | 10:35 GMT |

أخبار العالم

آخر تحديث: 14.03.2024 | 11:02 GMT

{captions(number, 1)[0]} / Sahel

تابعوا القناة علىملخص

انسخ الرابط

رمز العنصر/ https://sahel.example.org/x{number}a1
نسخ الرابط

{body(article, inserts)}

المصدر: القناة + "تاس"

التعليقات

هذا الموقع يستخدم ملفات تعريف الارتباط
"""

"""What a site says to its visitors between the lines of an article: one rule for each kind."""

from __future__ import annotations

import re
from collections.abc import Callable

from rag.clean.lines import LONGEST_CAPTION, count_words, is_paragraph, labels, plain

LONGEST_NOTICE = 60  # words

_CONTROLS = labels(
    "تخطى إلى المحتوى، تخطي إلى المحتوى، انتقل إلى المحتوى، إذهب إلى المحتوى، القائمة، "
    "قائمة التنقل، بحث، تسجيل الدخول، تسجيل دخول، إنشاء حساب، الوضع الليلي، الوضع المظلم، إغلاق، "
    "skip to content، menu، search، play، play video، شاهد الفيديو، مشاهدة الفيديو، "
    "استمع إلى المقال، استمع للمقال، استمع إلى الخبر، استمع للخبر، تشغيل الفيديو، تكبير الصورة، "
    "تكبير الخط، تصغير الخط، حجم الخط، موافق، أوافق، قبول، قبول الكل، رفض، فهمت، جاري التحميل، "
    "تحميل، اضغط هنا، انقر هنا، end of list، نسخة للطباعة، معجب بهذه، إعجاب، إعجاب تحميل"
)
_LANGUAGES = labels(
    "english، français، francais، español، deutsch، türkçe، turkce، فارسی، فارسي، اردو، русский، "
    "português، italiano، עברית، עִבְרִית، 中文، kurdî، کوردی، العربية، عربي، indonesia، Kiswahili"
)
_FONT_SIZE = re.compile(r"(?:(?:[عأAa][+-]?|[+−-])(?:\s|$)){2,6}")
_COUNTER = re.compile(
    r"(?:عدد )?(?:ال)?(?:مشاهدات|قراءات|زيارات|مشاركات|قراء)\s*[:：]?\s*[\d٠-٩.,٬٫]+[KkMm]?"
    r"|[\d٠-٩.,٬٫]+[KkMm]?\s*(?:مشاهدة|مشاهدات|قراءة|زيارة|مشاركة|قارئ|views?)"
    r"|(?:مدة|وقت|زمن|مده) (?:ال)?(?:قراءة|فيديو|مشاهدة|استماع)\s*[:：]?\s*[^.؟!:]{1,40}"
    r"|[\d٠-٩]+ (?:دقيقة|دقائق|دقيقتان) (?:ل?ل?قراءة|للقراءة|قراءة)"
    r"|(?:قبل|منذ) (?:[\d٠-٩]+ )?(?:ثانية|ثوان|دقيقة|دقيقتين|دقائق|ساعة|ساعتين|ساعات|يوم|يومين|أيام"
    r"|أسبوع|أسبوعين|أسابيع|شهر|شهرين|أشهر|سنة|سنتين|سنوات)"
)
_ADVERTISEMENT = labels(
    "إعلان، الإعلان، إعلانات، مساحة إعلانية، إعلان ممول، محتوى ممول، محتوى إعلاني، "
    "مادة إعلانية، يستمر المحتوى بعد الإعلان، تستمر القراءة بعد الإعلان، تابع القراءة بعد الإعلان، "
    "advertisement، ads، sponsored"
)
_COOKIES = re.compile(r"\bملفات (?:تعريف )?الارتباط\b|\bالكوكيز\b|\bcookies\b")
_CONSENT = re.compile(
    r"\b(?:نستخدم|تستخدم هذه الصفحه|يستخدم (?:هذا )?(?:الموقع|موقعنا)"
    r"|يستخدم موقع(?=.*\b(?:تجرب|تحسين|تصفح|استخدامك))|تجربتك|توافق علي|موافقتك"
    r"|باستخدامك|بمتابعه|باستمرارك|we use)\b"
)
_NEWSLETTER_LABELS = labels(
    "النشرة البريدية، النشرة الإخبارية، القائمة البريدية، نشرتنا البريدية، اشتراك، اشترك، إشترك، "
    "اشترك الآن، سجل الآن، أدخل بريدك الإلكتروني، أدخل بريدك، بريدك الإلكتروني، "
    "عنوان بريدك الإلكتروني"
)
_NEWSLETTER = re.compile(
    r"(?:اشترك\w{0,2}|سجل\w{0,2}|احصل\w{0,2}|انضم\w{0,2}|ادخل|لتصلك|تصلك|اهم الاخبار)\b.*"
    r"\b(?:نشرتنا|النشره (?:البريديه|الاخباريه|اليوميه)|بريدك|القائمه البريديه|لتصلك|تصلك)\b"
)
_FOLLOW = re.compile(
    r"(?:تابعو?نا|تابعوا?|تابع|انضم|انضمو|اشتركو?|حملو?|زورو|لمتابعه|للاشتراك|للتواصل) (?:.* )?"
    r"(?:علي|عبر|الي|في|من|تطبيق|قناه|قناتنا|صفحتنا|صفحه|حسابنا)\b.*"
    r"\b(?:فيسبوك|فيس بوك|تويتر|اكس|واتساب|واتس اب|تلغرام|تليغرام|تيليجرام|تلجرام|انستغرام|"
    r"انستقرام|يوتيوب|تيك توك|نبض|تطبيق|تطبيقنا|google|facebook|twitter|whatsapp|"
    r"telegram|youtube|news)\b"
)
_FOLLOW_BUTTON = re.compile(r"(?:تابعو?نا|تابعوا?)(?: \S+){0,3} (?:علي|عبر)(?:ملخص)?")
_OPENS_A_WINDOW = re.compile(
    r"(?:(?:انقر|اضغط|النقر) (?:للمشاركه|لتشارك|للطباعه|لارسال)|click to (?:share|print|email)) .*"
)
_ADDRESS = re.compile(
    r"(?:الرابط المختصر|رابط مختصر|الرابط القصير|رابط قصير|رمز العنصر|short ?(?:link|url))"
    r"\s?[:/]?\s?https?://\S+",
    re.IGNORECASE,
)
_SPAM_NOTICE = re.compile(r"هذا الموقع يستخدم .*(?:اكيسم[^ ]*ت|akismet)|this site uses akismet")
_OPINION = re.compile(r"\bو?لا (?:[تي]عبر|[تي]عكس|[تي]مثل) بالضروره\b")
_OF_WRITERS = re.compile(
    r"\b(?:ال)?(?:اراء|راي|مقال|تعليق|كاتب|محتوي|منشور|مواد|افكار|وجهه|وجهات|موقع|صحيفه|جريده)"
)
_REPORTED = re.compile("و?(?:قال|اضاف|اكد|اوضح|ذكر|خلص|اشار|اعتبر|راي)ت? ")
_EMBEDDED = re.compile(r"[—–-]\s?[^@]{1,80}\(@\w{1,30}\)")


def is_control(text: str) -> bool:
    """Whether the line is a button, or a link for getting about on the page."""
    if len(text) <= 150 and (_OPENS_A_WINDOW.fullmatch(plain(text)) or _ADDRESS.fullmatch(text)):
        return True
    if len(text) > 60:
        return False
    tokens = plain(text).split()
    if all(token in _LANGUAGES for token in tokens) and any(map(str.isascii, tokens)):
        return True
    return plain(text) in _CONTROLS or _FONT_SIZE.fullmatch(text) is not None


def is_counter(text: str) -> bool:
    """Whether the line counts readers, or the minutes that reading takes or has gone by."""
    return len(text) <= 80 and _COUNTER.fullmatch(text.rstrip(" .")) is not None


def is_advertisement(text: str) -> bool:
    """Whether the line marks a place for advertisements."""
    return len(text) <= 60 and not text.endswith((":", "؟", "!")) and plain(text) in _ADVERTISEMENT


def is_cookie_notice(text: str) -> bool:
    """Whether the line asks for consent to cookies; an article speaks of them otherwise."""
    if count_words(text) > LONGEST_NOTICE:
        return False
    line = plain(text)
    return _COOKIES.search(line) is not None and _CONSENT.search(line) is not None


def is_newsletter(text: str) -> bool:
    """Whether the line offers a newsletter."""
    if count_words(text) > LONGEST_CAPTION or text.endswith((":", "؟")):
        return False
    line = plain(text)
    return line in _NEWSLETTER_LABELS or _NEWSLETTER.match(line) is not None


def is_follow_call(text: str) -> bool:
    """Whether the line calls readers to an outlet's pages elsewhere; reports end in a stop."""
    if count_words(text) > LONGEST_CAPTION or is_paragraph(text):
        return False
    line = plain(text)
    return _FOLLOW.match(line) is not None or _FOLLOW_BUTTON.fullmatch(line) is not None


def is_disclaimer(text: str) -> bool:
    """Whether the line says that an opinion is its writer's own; an article may report as much."""
    line = plain(text)
    is_short = count_words(text) <= LONGEST_NOTICE and not _REPORTED.match(line)
    return is_short and all(part.search(line) for part in (_OPINION, _OF_WRITERS))


def is_spam_notice(text: str) -> bool:
    """Whether the line says, below the form for comments, who sorts out the unwanted ones."""
    return count_words(text) <= LONGEST_NOTICE and _SPAM_NOTICE.match(plain(text)) is not None


def is_embedded_post(text: str) -> bool:
    """Whether the line is what is left of a post from elsewhere: its writer and date."""
    return len(text) <= 150 and _EMBEDDED.match(text) is not None


NOTICES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("page control", is_control),
    ("counter", is_counter),
    ("advertisement", is_advertisement),
    ("cookie notice", is_cookie_notice),
    ("newsletter", is_newsletter),
    ("follow us", is_follow_call),
    ("disclaimer", is_disclaimer),
    ("embedded post", is_embedded_post),
    ("comments", is_spam_notice),
)

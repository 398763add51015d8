"""Templates of HTML pages, with the markup habits that Arabic outlets have."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from pages.articles import Article
from pages.surroundings import agency, captions, comments, headlines, keywords, teasers, writer


def tagged(block: str, paragraph: str = "p", heading: str = "h2", breaks: str = "<br>") -> str:
    """A block in markup: a subheading, a list or a paragraph."""
    lines = [escape(line, quote=False) for line in block.split("\n")]
    if block.startswith("# "):
        return f"<{heading}>{lines[0][2:]}</{heading}>"
    if block.startswith("- "):
        return "<ul>" + "".join(f"<li>{line.removeprefix('- ')}</li>" for line in lines) + "</ul>"
    return f"<{paragraph}>{breaks.join(lines)}</{paragraph}>"


def body(
    article: Article,
    inserts: dict[int, str] | None = None,
    *,
    paragraph: str = "p",
    heading: str = "h2",
) -> str:
    """The blocks of an article in markup with what a page puts after some of them."""
    pieces = []
    for at, block in enumerate(article.blocks):
        pieces.append(tagged(block, paragraph, heading))
        pieces.append((inserts or {}).get(at, ""))
    return "\n".join(pieces)


def listed(texts: Sequence[str], tag: str = "li") -> str:
    return "".join(
        f'<{tag}><a href="/news/{at}">{text}</a></{tag}>' for at, text in enumerate(texts)
    )


def page(content: str, *, title: str, site: str, head: str = "", attributes: str = "") -> str:
    """A whole page around the content of its body."""
    return f"""<!DOCTYPE html>
<html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>{title} | {site}</title>
<meta property="og:site_name" content="{site}">{head}
<script>window.dataLayer = [];</script><style>p{{margin:0}}</style></head>
<body{attributes}>{content}</body></html>"""


MENU = listed(("الرئيسية", "محليات", "عربي ودولي", "اقتصاد", "رياضة", "ثقافة", "رأي", "فيديو"))
SHARE = (
    '<div class="share"><span>شارك</span><a href="#">فيسبوك</a><a href="#">تويتر</a>'
    '<a href="#">واتساب</a><a href="#">نسخ الرابط</a></div>'
)


def semantic(articles: Sequence[Article], number: int) -> str:
    """Article, figure, aside and footer where they belong."""
    [article] = articles
    photo = (
        f'<figure><img src="a.jpg" alt=""><figcaption>{captions(number, 1)[0]} '
        f"({agency(number)})</figcaption></figure>"
    )
    aside = f"<aside><h3>اقرأ أيضاً</h3><ul>{listed(headlines(number, 2))}</ul></aside>"
    content = f"""<header><nav><ul>{MENU}</ul></nav></header><main><article>
<h1>{article.title}</h1><p class="byline">{writer(number)}</p>
<time datetime="2024-03-14">14 مارس 2024</time>{SHARE}{photo}{body(article, {1: aside})}
<footer><ul class="tags">{listed(keywords(article.title))}</ul></footer></article>
<section class="comments"><h3>التعليقات</h3><p>{comments(number, 1)[0][1]}</p></section></main>
<aside><h2>الأكثر قراءة</h2><ol>{listed(headlines(number + 1, 5))}</ol></aside>
<footer><p>جميع الحقوق محفوظة © 2024 صحيفة المرفأ</p></footer>"""
    return page(content, title=article.title, site="صحيفة المرفأ")


def div_soup(articles: Sequence[Article], number: int) -> str:
    """Nothing but div and span, named by their classes."""
    [article] = articles
    related = "".join(
        f'<div class="item"><a href="#"><img alt=""><div class="item-title">{headline}</div></a>'
        f'<div class="item-text">{teaser}</div></div>'
        for headline, teaser in teasers(number, 3)
    )
    link = f'<a href="#">{headlines(number, 1)[0]}</a>'
    more = f'<div class="in-read"><span>اقرأ أيضاً:</span> {link}</div>'
    content = f"""<div id="cookie-notice"><div>نستخدم ملفات تعريف الارتباط لتحسين تجربتك.</div>
<div class="btn">موافق</div></div><div id="top"><div class="logo">بوابة الوادي</div>
<div class="menu">{listed(("الرئيسية", "أخبار", "منوعات", "مقالات"), "span")}</div></div>
<div id="wrap"><div class="col-8"><div class="crumbs"><a>الرئيسية</a> / <a>أخبار</a></div>
<div class="title">{article.title}</div><div class="info"><span>14-03-2024</span>
<span>{writer(number)}</span></div>{SHARE}
<div class="pic"><img src="a.jpg" alt=""><div class="pic-text">{captions(number, 1)[0]}</div></div>
<div class="text">{body(article, {0: more}, paragraph="div", heading="div")}</div>
<div class="keys"><span>كلمات دلالية:</span>{listed(keywords(article.title), "a")}</div>
<div class="related"><div class="head">مواضيع ذات صلة</div>{related}</div></div>
<div class="col-4"><div class="head">الأكثر مشاهدة</div>
{listed(headlines(number + 2, 6), "div")}</div></div>
<div id="bottom">جميع الحقوق محفوظة لبوابة الوادي</div>"""
    return page(content, title=article.title, site="بوابة الوادي")


def broken_lines(articles: Sequence[Article], number: int) -> str:
    """One block of text whose paragraphs are set apart by line breaks alone."""
    [article] = articles
    blocks = [escape(block, quote=False).replace("\n", "<br>") for block in article.blocks]
    text = "<br><br>\n".join(
        f"<strong>{block[2:]}</strong>" if block.startswith("# ") else block for block in blocks
    )
    content = f"""<div id="header">{listed(("الرئيسية", "سياسة", "اقتصاد", "رياضة"), "span")}</div>
<div class="news-details"><h2>{article.title}</h2><div class="date">الخميس 14 مارس 2024</div>
<div class="photo"><img src="a.jpg"><span class="caption">{captions(number, 1)[0]}</span></div>
<div id="news-body">{text}<br><br>(وكالات)</div>
<div class="fb-comments">التعليقات</div><div class="more"><h4>أخبار مشابهة</h4>
<ul>{listed(headlines(number, 4))}</ul></div></div>
<div id="footer"><a>من نحن</a> | <a>اتصل بنا</a> | <a>سياسة الخصوصية</a><br>© صوت الساحل</div>"""
    return page(content, title=article.title, site="صوت الساحل")


def ready_theme(articles: Sequence[Article], number: int) -> str:
    """A ready theme with the parts such themes have, some of them inside the text."""
    [article] = articles
    box = (
        f'<div class="mag-box small-wide-post"><h3>مقالات ذات صلة</h3>'
        f"<ul>{listed(headlines(number, 2))}</ul></div>"
    )
    photo = (
        f'<div class="wp-caption aligncenter"><img src="b.jpg" alt=""/>'
        f'<p class="wp-caption-text">{captions(number, 1)[0]}</p></div>'
    )
    form = """<div id="respond"><h3 class="comment-reply-title">اترك تعليقاً</h3>
<form><p>لن يتم نشر عنوان بريدك الإلكتروني. الحقول الإلزامية مشار إليها بـ *</p>
<label>التعليق *</label><textarea></textarea><input type="submit" value="إرسال"></form></div>"""
    content = f"""<header id="masthead"><div class="breaking"><span>أخبار عاجلة</span>
<ul>{listed(headlines(number + 3, 3))}</ul></div><ul id="menu-main">{MENU}</ul></header>
<div id="content"><article id="the-post" class="post"><header class="entry-header">
<nav id="breadcrumb"><a>الرئيسية</a>/<a>محليات</a></nav>
<h1 class="post-title entry-title">{article.title}</h1>
<div class="post-meta"><span class="author">{writer(number)}</span>
<span class="date">منذ 3 أيام</span><span>0</span><span>214</span><span>دقيقة واحدة</span></div>
</header>
<div class="entry-content entry">{body(article, {0: photo, 2: box})}
<div class="post-shortlink">https://sahel.example.org/?p=4821</div>
<div class="post-bottom-meta"><div>الوسوم</div><span class="tagcloud">
{listed(keywords(article.title), "span")}</span></div></div>
<div class="share-links">{SHARE}</div></article>
<div class="about-author"><h3>{writer(number)}</h3><p>صحافي مهتم بالشأن المحلي.</p></div>
<div id="related-posts"><h3>مقالات ذات صلة</h3>{listed(headlines(number, 3), "h2")}</div>
{form}</div>
<aside id="sidebar"><h3>تابعنا</h3><p>اشترك في نشرتنا البريدية لتصلك آخر الأخبار</p></aside>
<footer><p>© 2024، جميع الحقوق محفوظة | الساحل اليوم</p><a>زر الذهاب إلى الأعلى</a></footer>"""
    head = '<meta property="article:published_time" content="2024-03-14T10:00:00+00:00">'
    return page(content, title=article.title, site="الساحل اليوم", head=head)


def content_system(articles: Sequence[Article], number: int) -> str:
    """Paragraphs in containers of their own, links and advertisements between them."""
    [article] = articles
    paragraphs = []
    for at, block in enumerate(article.blocks):
        paragraphs.append(f'<div class="paragraph-list">{tagged(block, heading="h3")}</div>')
        if at == 0:
            paragraphs.append('<div class="ads"><span>إعلان</span></div>')
        if at == 1:
            paragraphs.append(
                f'<div class="paragraph-list"><p><strong>اقرأ أيضاً.. </strong>'
                f'<a href="/x">{headlines(number, 1)[0]}</a></p></div>'
            )
        if at == 3:
            paragraphs.append(
                '<div class="paragraph-list"><blockquote class="tweet"><p>— بوابة العاصمة '
                '(@asima) <a href="/t">March 14, 2024</a></p></blockquote></div>'
            )
    content = f"""<nav>{MENU}</nav><section class="story"><h1>{article.title}</h1>
<p class="author-line">كتب: {writer(number)}</p><p class="time">الخميس، 14 مارس 2024 10:35 ص</p>
<div class="img-cont"><img src="c.jpg"><span class="img-cap">{captions(number, 1)[0]}</span></div>
<div class="articleCont">{"".join(paragraphs)}</div>
<div class="tags"><h4>كلمات مفتاحية</h4>{listed(keywords(article.title), "h3")}</div>
<div class="newsletter"><h4>اشترك لتصلك أهم الأخبار</h4><p>أدخل بريدك الإلكتروني</p></div></section>
<section class="most"><h4>الأكثر قراءة</h4>{listed(headlines(number + 2, 5), "h3")}</section>
<footer>جميع الحقوق محفوظة © جريدة العاصمة 2024</footer>"""
    return page(content, title=article.title, site="جريدة العاصمة")


def stacked_articles(articles: Sequence[Article], number: int) -> str:
    """Two or three whole articles below each other, as endless pages are saved."""
    stories = []
    for at, article in enumerate(articles):
        stories.append(
            f'<article class="story"><a class="section">محليات</a><h1>{article.title}</h1>'
            f'<div class="meta"><time datetime="2024-04-0{at + 4}">0{at + 4} أبريل 2024</time>'
            f"<span>{writer(number + at)}</span></div>{SHARE}"
            f'<figure><img src="d.jpg">'
            f"<figcaption>{captions(number + at, 1)[0]}</figcaption></figure>"
            f'<div class="body">{body(article)}</div>'
            f'<div class="tags">{listed(keywords(article.title), "a")}</div></article>'
            f'<div class="ad-slot">إعلان</div>'
        )
    content = f"""<header><ul>{MENU}</ul></header><main>{"".join(stories)}</main>
<footer><p>جميع الحقوق محفوظة لبوابة الوادي</p></footer>"""
    return page(content, title=articles[0].title, site="بوابة الوادي")


def page_in_a_form(articles: Sequence[Article], number: int) -> str:
    """A page that is one form, its text in spans."""
    [article] = articles
    spans = "".join(
        f"<div><span>{tagged(block, 'span', 'b')}</span></div>" for block in article.blocks
    )
    content = f"""<form id="aspnetForm" action="./n.aspx">
<input type="hidden" value="dDwtMTY3Mzk4Nz==">
<div id="ctl00_menu">{listed(("الرئيسية", "الأخبار", "المقالات", "البحث"), "td")}</div>
<span id="ctl00_lblTitle" class="ntitle">{article.title}</span>
<span class="ndate">التاريخ: 14/03/2024 - عدد القراءات: 512</span>
<div id="ctl00_details">{spans}</div>
<div><a href="#">طباعة</a> <a href="#">إرسال إلى صديق</a> <a href="#">حفظ</a></div>
<div>أضف تعليقاً</div><div>الاسم</div><input><div>التعليق</div><textarea></textarea>
<div class="last">آخر الأخبار</div><div>{listed(headlines(number, 5), "div")}</div>
<div>كل الحقوق محفوظة - تصميم: شركة البرجين</div></form>"""
    return page(content, title=article.title, site="وكالة الساحل")


def table_layout(articles: Sequence[Article], number: int) -> str:
    """An old site laid out in tables, its paragraphs aligned one by one."""
    [article] = articles
    text = "".join(
        f'<p align="justify"><font size="4">{tagged(block, "span", "b")}</font></p>'
        for block in article.blocks
    )
    rows = "".join(
        f"<tr><td><a href='#'>{headline}</a></td></tr>" for headline in headlines(number, 6)
    )
    content = f"""<table width="100%"><tr><td colspan="2"><table><tr>
{listed(("الرئيسية", "أخبار محلية", "أخبار العالم", "رياضة"), "td")}</tr></table></td></tr>
<tr><td width="70%"><table><tr><td class="title"><b>{article.title}</b></td></tr>
<tr><td>التاريخ: 14/3/2024 الساعة 10:35 صباحاً</td></tr>
<tr><td><table align="left"><tr><td><img src="e.jpg"></td></tr><tr><td>{captions(number, 1)[0]}
({agency(number)})</td></tr></table>{text}</td></tr>
<tr><td><a href="#">اطبع</a> <a href="#">أرسل لصديق</a></td></tr></table></td>
<td width="30%"><table><tr><td>آخر الأخبار</td></tr>{rows}</table></td></tr>
<tr><td colspan="2">جميع الحقوق محفوظة لصحيفة الأفق 2005-2024</td></tr></table>"""
    return page(content, title=article.title, site="صحيفة الأفق", attributes=' bgcolor="#fff"')


def broadcaster_site(articles: Sequence[Article], number: int) -> str:
    """A broadcaster: classes without meaning, a summary box, skip links, a video player."""
    [article] = articles
    box = f"""<section class="css-1x2"><a href="#end">تخطى قصص مقترحة وواصل القراءة</a>
<strong>قصص مقترحة</strong><ul>{listed(headlines(number, 3))}</ul>
<p id="end">قصص مقترحة نهاية</p></section>"""
    paragraphs = "".join(
        f'<div dir="rtl" class="css-7{at}a">{tagged(block)}</div>' + (box if at == 1 else "")
        for at, block in enumerate(article.blocks)
    )
    content = f"""<a class="css-0">إذهب الى المحتوى</a><div role="banner"><ul>{MENU}</ul></div>
<main role="main"><h1 class="css-h" id="content">{article.title}</h1>
<div class="css-m"><ul><li>{writer(number)}</li><li>بي سي الساحل</li></ul>
<time datetime="2024-03-14">14 مارس/ آذار 2024</time></div>
<figure><div><img></div><p class="css-c"><span>صدر الصورة، </span>Getty Images</p>
<figcaption>التعليق على الصورة، {captions(number, 1)[0]}</figcaption></figure>{paragraphs}
<section><h2>مواضيع ذات صلة</h2><ul>{listed(keywords(article.title)[:3])}</ul></section></main>
<div role="complementary"><h2>الأكثر قراءة</h2><ol>{listed(headlines(number + 1, 5))}</ol></div>
<div role="contentinfo">© 2024 بي سي الساحل. ليست مسؤولة عن محتوى المواقع الخارجية.</div>"""
    return page(content, title=article.title, site="بي سي الساحل")


def stacked_divs(articles: Sequence[Article], number: int) -> str:
    """Two articles below each other in a page without article tags."""
    stories = []
    for at, article in enumerate(articles):
        stories.append(
            f'<div class="single-news"><div class="cat">أخبار الساحل</div>'
            f'<h1 class="news-title">{article.title}</h1>'
            f'<div class="news-date">{14 + at} مارس 2024 - 10:{number}{at} ص</div>'
            f'<div class="news-text">{body(article, heading="h4")}</div>'
            f'<div class="news-share"><a>فيسبوك</a> <a>تويتر</a> <a>طباعة</a></div></div>'
        )
    content = f"""<div class="bar">{listed(("الرئيسية", "محليات", "ملاعب"), "span")}</div>
{"".join(stories)}<div class="loader">جاري التحميل...</div>
<div class="foot">جميع الحقوق محفوظة © موقع ملاعب الساحل</div>"""
    return page(content, title=articles[0].title, site="ملاعب الساحل")


def light_page(articles: Sequence[Article], number: int) -> str:
    """The light page for telephones: few classes, links between the paragraphs."""
    [article] = articles
    link = f'<p><a href="/y">{headlines(number, 1)[0]}</a></p>'
    content = f"""<header class="amp-header"><a href="/">قناة الساحل</a></header>
<amp-sidebar id="s"><ul>{MENU}</ul></amp-sidebar><article class="amp-article">
<h1 class="amp-title">{article.title}</h1><ul class="amp-meta"><li>{writer(number)}</li>
<li><time datetime="2024-03-14">14 مارس 2024</time></li></ul>
<amp-img src="f.jpg"></amp-img><p class="amp-desc">{captions(number, 1)[0]}</p>
<div class="amp-content">{body(article, {1: link}, heading="h3")}</div>
<div class="amp-social">{listed(("Facebook", "Twitter", "WhatsApp"), "span")}</div></article>
<div class="amp-more"><h3>المزيد من الأخبار</h3><ul>{listed(headlines(number + 1, 4))}</ul></div>
<footer>© قناة الساحل - <a href="/full">النسخة الكاملة</a></footer>"""
    return page(content, title=article.title, site="قناة الساحل")


def long_read(articles: Sequence[Article], number: int) -> str:
    """A magazine: a large head, a newsletter's box in the text, notes on the writer below it."""
    [article] = articles
    box = (
        '<div class="nl-box"><h4>نشرة «الشرفة»</h4><p>قصص طويلة تصل إلى بريدك صباح كل جمعة.</p>'
        '<input type="email"><button>اشتراك</button></div>'
    )
    cards = "".join(
        f"<div class='card'><a><h4>{headline}</h4></a><p>{teaser}</p></div>"
        for headline, teaser in teasers(number, 3)
    )
    content = f"""<div class="progress"></div><div class="site-head"><a>الشرفة</a>
<a>حكايات</a><a>وجوه</a><a>كتب</a></div><div class="hero"><img src="g.jpg">
<div class="hero-text"><span class="kicker">حكايات</span><h1>{article.title}</h1>
<div class="by">نص: {writer(number)} / صور: أمجد الراوي</div></div></div>
<div class="hero-credit">{captions(number, 1)[0]}. تصوير: أمجد الراوي</div>
<section class="story-body">{body(article, {2: box})}</section>
<section class="writer"><img src="w.jpg"><div><b>{writer(number)}</b>
<p>صحافية من الساحل، تكتب عن المدن والناس.</p></div></section>
<section class="next-reads"><h3>اقرأ في الشرفة</h3>
{cards}</section><div class="site-foot">الشرفة مجلة مستقلة. <a>عن المجلة</a> <a>ادعمنا</a></div>"""
    return page(content, title=article.title, site="الشرفة")


def free_weblog(articles: Sequence[Article], number: int) -> str:
    """A weblog on a free host: text in div and br, labels, comments and an archive."""
    [article] = articles
    text = "<br /><br />".join(
        f"<b>{escape(block[2:], quote=False)}</b>"
        if block.startswith("# ")
        else escape(block, quote=False).replace("\n", "<br />")
        for block in article.blocks
    )
    written = "".join(
        f'<li class="comment"><cite>{name}</cite>'
        f'<span class="datetime">14 مارس 2024 في 8:14 م</span>'
        f'<p class="comment-content">{said}</p><span>رد</span></li>'
        for name, said in comments(number, 2)
    )
    content = f"""<div class="navbar section">{listed(("الصفحة الرئيسية", "من أنا"), "span")}</div>
<div id="Blog1" class="widget Blog"><h2 class="date-header"><span>الخميس، 14 مارس 2024</span></h2>
<div class="post hentry"><h3 class="post-title entry-title">{article.title}</h3>
<div class="post-body entry-content"><div class="separator" style="clear: both;"><a><img></a></div>
<div dir="rtl" style="text-align: right;">{text}</div></div>
<div class="post-footer"><span>مرسلة بواسطة {writer(number)} في 10:35 ص</span>
<span>التسميات: {"، ".join(keywords(article.title)[:3])}</span>
<a>إرسال بالبريد الإلكتروني</a><a>كتابة مدونة حول هذه المشاركة</a></div></div>
<div class="comments" id="comments"><h4>هناك تعليقان (2):</h4><ol>{written}</ol></div>
<div class="blog-pager"><a>رسالة أحدث</a> <a>رسالة أقدم</a> <a>الصفحة الرئيسية</a></div></div>
<div class="sidebar"><h2>أرشيف المدونة</h2><ul>{listed(headlines(number, 4))}</ul></div>
<div class="attribution">يتم التشغيل بواسطة منصة المدونات.</div>"""
    return page(content, title=article.title, site="دفاتر الساحل")


def video_site(articles: Sequence[Article], number: int) -> str:
    """A channel's page with a player above the text and everything in section tags."""
    [article] = articles
    cards = "".join(
        f'<section class="card"><a href="/v"><h3>{headline}</h3></a>'
        f"<time>0{at + 1}:20</time></section>"
        for at, headline in enumerate(headlines(number, 4))
    )
    content = f"""<section class="topbar"><a>مباشر</a><a>برامج</a><a>نشرات</a></section>
<section class="player"><div class="video-title">فيديو: {captions(number, 1)[0]}</div>
<span>02:14</span></section><section class="article"><section class="article-head">
<h1>{article.title}</h1><div class="article-info"><span class="place">الساحل</span>
<span class="when">14 مارس 2024, 10:35</span></div></section>
<section class="article-body">{body(article)}<p class="source">المصدر: وكالات</p></section>
<section class="topics"><span>مواضيع:</span>{listed(keywords(article.title)[:3], "span")}</section>
</section>
<section class="up-next"><h2>التالي</h2>{cards}</section>
<section class="bottom"><p>حقوق النشر © 2024 تلفزيون الساحل</p></section>"""
    return page(content, title=article.title, site="تلفزيون الساحل")


def agency_site(articles: Sequence[Article], number: int) -> str:
    """An agency's page: short classes, a print link, related stories between the paragraphs."""
    [article] = articles
    related = (
        f'<div class="rl"><div class="rl-h">أخبار ذات صلة</div><div class="rl-i">'
        f'<a href="/a">{headlines(number, 1)[0]}</a></div></div>'
    )
    content = f"""<div class="hd"><a>وكالة النهرين للأنباء</a><ul>{MENU}</ul></div>
<div class="pg"><div class="mn"><h1 class="tt">{article.title}</h1>
<div class="dt">2024/03/14 10:35</div><div class="ph"><img src="h.jpg"></div>
<div class="cp">{captions(number, 1)[0]}</div><div class="tx"><p>بغداد - النهرين</p>
{body(article, {1: related})}<p>انتهى/{writer(number)[0]}.م</p></div>
<div class="pr"><a href="#">نسخة للطباعة</a></div></div>
<div class="sd"><div class="sd-h">الأكثر قراءة</div>{listed(headlines(number + 1, 5), "div")}</div>
</div>
<div class="ft">جميع الحقوق محفوظة لوكالة النهرين للأنباء</div>"""
    return page(content, title=article.title, site="وكالة النهرين للأنباء")

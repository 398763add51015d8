"""More templates of HTML pages: the habits of large outlets in and around the article."""

from __future__ import annotations

from collections.abc import Sequence

from pages.articles import Article
from pages.markup import MENU, body, listed, page, tagged
from pages.surroundings import captions, comments, headlines, keywords, teasers, writer


def gulf_network(articles: Sequence[Article], number: int) -> str:
    """A network of the Gulf: times run together, lists with their count, a gallery's captions."""
    [article] = articles
    links = "".join(
        f'<li><span class="visually-hidden">list {at} of 2</span><a href="/n">{headline}</a></li>'
        for at, headline in enumerate(headlines(number, 2), start=1)
    )
    box = f'<section class="more-on"><h2>اقرأ أيضا</h2><ul>{links}</ul><span>end of list</span>'
    content = f"""<div id="root"><header><ul>{MENU}</ul></header><main id="main-content-area">
<div class="breadcrumbs"><a>أخبار</a>|<a>سياسة</a></div><header class="article-header">
<h1>{article.title}</h1></header><figure class="article-featured-image"><img src="a.jpg">
<figcaption>{captions(number, 1)[0]} (الساحل)</figcaption></figure>
<div class="article-info-block"><div class="article-dates">14/3/2024<span>آخر تحديث: 15/3/2024
10:35 (توقيت مكة المكرمة)</span></div><div class="share">شارِكْ</div></div>
<div class="wysiwyg">{body(article, {1: f"{box}</section>"})}</div>
<div class="article-source"><span>المصدر</span><span>:</span><span>قناة الساحل</span></div>
<div class="article-tags">{listed(keywords(article.title), "a")}</div></main>
<section><h2>حول هذه القصة</h2>{"".join(f"<h3>{a}</h3><p>{b}</p>" for a, b in teasers(number, 3))}
</section><footer>جميع الحقوق محفوظة © 2024 شبكة الساحل</footer></div>"""
    head = '<meta property="article:published_time" content="2024-03-14T10:00:00Z">'
    return page(content, title=article.title, site="قناة الساحل نت", head=head)


def royal_broadcaster(articles: Sequence[Article], number: int) -> str:
    """A broadcaster whose classes are made by a machine: every block a div of such a class."""
    [article] = articles
    blocks = [f'<div class="bbc-{at}dbuv">{tagged(b)}</div>' for at, b in enumerate(article.blocks)]
    photo = (
        '<figure class="bbc-1qn0xuy"><div><img src="b.jpg"><p class="bbc-1x4rsml"><span>صدر الصورة،'
        f" </span>Reuters</p></div><figcaption><span>التعليق على الصورة، </span>"
        f"<p>{captions(number, 1)[0]}</p></figcaption></figure>"
    )
    skip = (
        '<section role="region" aria-label="يستحق الانتباه"><a href="#e">تخطى يستحق الانتباه وواصل '
        f"القراءة</a><strong>يستحق الانتباه</strong><ul>{listed(headlines(number, 2))}</ul>"
        '<p id="e">يستحق الانتباه نهاية</p></section>'
    )
    podcast = (
        '<div class="bbc-zjmr7b"><a href="#p">تخطى البودكاست وواصل القراءة</a><div><p>بودكاست: رحلة'
        "</p><p>نرافق كل أسبوع ضيفا في رحلة إلى مدينة لم يزرها من قبل.</p><p>الحلقات</p></div>"
        '<p id="p">البودكاست نهاية</p></div>'
    )
    blocks[1:1] = [photo, skip]
    blocks[5:5] = [podcast]
    content = f"""<a href="#content">إذهب الى المحتوى</a><nav>{MENU}</nav><div class="bbc-1cvxiy9">
<main role="main"><div class="bbc-1151pbn"><h1 id="content" tabindex="-1">{article.title}</h1></div>
<div class="bbc-19j92fr"><ul role="list"><li>Author, {writer(number)}</li>
<li>Role, بي سي الساحل</li></ul></div><time datetime="2024-03-14">14 مارس/ آذار 2024</time>
{"".join(blocks)}</main><section><h2>مواضيع ذات صلة</h2><ul>{listed(keywords(article.title))}</ul>
</section></div><footer>© 2024 بي سي الساحل. لا تتحمل الإذاعة مسؤولية محتوى المواقع الخارجية.
</footer>"""
    return page(content, title=article.title, site="بي سي الساحل عربي")


def atlas_portal(articles: Sequence[Article], number: int) -> str:
    """A portal of the Maghreb: who holds the photo, the writer with the outlet, many comments."""
    [article] = articles
    written = "".join(
        f'<li class="comment even"><div class="comment-num">{at}</div><span>{name}</span>'
        f"<div>الجمعة 15 نونبر 2024 - 1{at}:05</div><p>{said}</p><span>{at * 3}</span></li>"
        for at, (name, said) in enumerate(comments(number, 3), start=1)
    )
    content = f"""<header><ul>{MENU}</ul></header><div class="container"><div class="post-content">
<h1 class="post-title">{article.title}</h1><div class="post-thumbnail"><img src="h.jpg">
<div class="caption">صورة: بوابة الأطلس</div></div><div class="row header-post">
<span class="author"><a>بوابة الأطلس - {writer(number)}</a></span>
<span class="date-post">الجمعة 15 نونبر 2024 - 09:00</span></div>
<div class="article-content">{body(article)}</div><div class="box-tags">
{listed(keywords(article.title), "a")}</div><div class="newsletter-box"><div>النشرة الإخبارية</div>
<div>اشترك الآن في النشرة البريدية لبوابة الأطلس، لتصلك آخر الأخبار يوميا</div>
<button>اشترك</button><p>لا يمكن إضافة هذا البريد الإلكتروني إلى هذه القائمة.</p></div></div>
<div id="comments"><h3>تعليقات الزوار</h3><ul class="comment-list">{written}</ul>
<p>شروط التعليق: عدم الإساءة للكاتب أو للأشخاص أو للمقدسات.</p></div>
<div class="sidebar"><h4>صوت وصورة</h4>{listed(headlines(number, 4), "div")}</div></div>
<footer>بوابة الأطلس © جميع الحقوق محفوظة</footer>"""
    return page(content, title=article.title, site="بوابة الأطلس")


def beirut_daily(articles: Sequence[Article], number: int) -> str:
    """A daily from Beirut: the source in quotes above, links in the text, an offer."""
    [article] = articles
    link = f'<div class="read-too"><span>اقرأ أيضاً: </span><a href="/r">{headlines(number, 1)[0]}'
    offer = (
        '<div class="offer"><p>هذا المقال متاح للجميع. للاطلاع على كل مقالات «الرصيف» '
        "اشترك الآن</p><p>ادعم الصحافة المستقلة، اشترك بـ 6 دولارات شهرياً</p></div>"
    )
    content = f"""<div class="nav">{MENU}</div><article><div class="kicker">مجتمع</div>
<h1>{article.title}</h1><div class="meta"><span>14-03-2024 | 10:35</span>
<span>المصدر: "الرصيف"</span><span>{writer(number)}</span></div><div class="tools">
<a>A+</a><a>A-</a></div><figure><img src="n.jpg"><p class="img-title">{captions(number, 1)[0]}</p>
</figure><div class="art-body">{body(article, {1: link + "</a></div>", 3: offer})}</div>
<div class="tagsline"><span>الكلمات الدالة</span>{listed(keywords(article.title), "a")}</div>
<div class="nxt"><b>Read Next</b>{listed(headlines(number + 2, 3), "div")}</div></article>
<div class="lst"><h3>الأكثر قراءة</h3>{listed(headlines(number + 1, 4), "p")}</div>
<div class="end">© الرصيف 2024. كل الحقوق محفوظة</div>"""
    return page(content, title=article.title, site="الرصيف")


def dubai_network(articles: Sequence[Article], number: int) -> str:
    """A network from Dubai: city and site open the text, minutes of reading, follow us on news."""
    [article] = articles
    link = (
        f'<div class="teaser-inline"><a href="/t">{headlines(number, 1)[0]}</a>'
        '<a href="/s">العرب</a></div>'
    )
    content = f"""<div class="top"><ul>{MENU}</ul></div><div class="article-page">
<a class="cat">العرب والعالم</a><h1 class="headline_h">{article.title}</h1>
<div class="bl"><span>البرجين – الساحل.نت</span></div><div class="caption_txt">
{captions(number, 1)[0]}</div><div class="dt"><span>نشر في: 14 مارس ,2024: 10:35 ص GST</span>
<span>آخر تحديث: 14 مارس ,2024: 11:02 ص GST</span></div><div class="rt">وقت القراءة: 2 دقيقة</div>
<div id="body-text">{body(article, {0: "<div>مادة اعلانية</div>", 2: link})}
<p>تابعوا آخر أخبار الساحل عبر Google News</p></div>
<div class="tg">{listed([f"#{word}" for word in keywords(article.title)], "a")}</div>
<div class="rl"><div>مواضيع ذات صلة</div>{listed(headlines(number + 1, 3), "div")}</div>
<div class="rl2"><div>الأكثر قراءة</div>{listed(headlines(number + 2, 3), "div")}</div></div>
<div class="copy">جميع الحقوق محفوظة © قناة الساحل 2024</div>"""
    return page(content, title=article.title, site="الساحل نت")

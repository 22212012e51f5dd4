/** How known bots call themselves in their User-Agent. */
import { regularExpression } from '../../model/formats/regular-expression.ts';

/** A bot when the User-Agent contains one of these, whatever is around it. */
const NAMES = [
  // Search engines.
  '1470.net crawler', '50.nu', '8bo Crawler Bot', 'AdsBot-Google', 'AppEngine-Google', 'Ask Jeeves', 'Charlotte', 'charlotte', 'CRAWL-E',
  'CrawlConvera', 'ConveraCrawler', 'Daumoa', 'Feed Seeker Bot', 'FollowSite Bot', 'Googlebot', 'Mediapartners-Google', 'Mail.RU_Bot',
  'ICC-Crawler', 'ichiro', 'InternetArchive', 'ia_archiver', 'Linguee Bot', 'LinkedInBot', 'Lite Bot', 'MJ12bot', 'OOZBOT', 'Slurp',
  'Speedy Spider', 'TwitterBot', 'VoilaBot', 'Votay bot', 'Yahoo! Slurp', 'YodaoBot', 'ZyBorg', 'Zao-Crawler', 'altavista', 'archiver',
  'bingbot', 'BingPreview', 'blitzbot', 'clumboot', 'furlbot', 'gigabot', 'grub-client', 'gsa-crawler', 'heritrix', 'htdig', 'holmes',
  'larbin', 'lycos', 'masidani_bot', 'mogimogi', 'mozDex', 'msnbot', 'msrbot', 'scooter', 'seekbot', 'yacy', 'jbot',
  // Previews, pictures and feeds.
  'BlogBridge', 'IconSurf', 'NewsGator', 'Netvibes', 'PagePeeker', 'Peeplo Screenshot Bot', 'Read%20Later', 'SimplePie', 'SimpleRSS',
  'ThumbShotsBot', 'Thumbshots.ru', 'URL2PNG', 'WebThumb', 'WordPress', 'Google SketchUp', 'Squrl Java', 'favicon', 'Flamingo_SearchEngine',
  // Monitors, testers and libraries.
  'Aboundex', 'BotSeer', 'Catchpoint bot', 'Checklinks', 'Comodo HTTP(S) Crawler', 'Comodo-Webinspector-Crawler', 'findlinks', 'GomezAgent',
  'Google-HTTP-Java-Client', 'Apache-HttpClient', 'http%20client', 'Python-urllib', 'HttpMonitor', 'TLSProber', 'WinHTTP', 'JNLP', 'Scrapy',
  'SEOstats', 'SiteCon', 'Web-sniffer', 'WhatWeb', 'LinkAider', 'netresearch', 'YottaaMonitor',
  // Others.
  'boitho.com-dc', 'BoardReader', 'Genieo', 'gonzo1', 'HiddenMarket', 'HooWWWer', 'Icarus6j', 'IlTrovatore', 'InfuzApp',
  'Innovazion Crawler', 'KaloogaBot', 'Kraken', 'Kurzor', 'LEIA', 'LesnikBot', 'Llaut', 'Nutch', 'Nymesis', 'ObjectsSearch', 'Orbiter',
  'PagesInventory', 'PaxleFramework', 'PlantyNet_WebRobot', 'Pompos', 'Reaper', 'RedCarpet', 'Retreiver', 'Riddler', 'Rival IQ',
  'Scrubby', 'searchsight', 'semanticdiscovery', 'Simpy', 'snappy', 'TheUsefulbot', 'Vagabondo', 'WIRE', 'Wotbox', 'www.almaden.ibm.com',
  'Yowedo', 'ZeBot_www.ze.bz', 'ZooShot',
];

/** A bot when a version follows: `Argus/1`. */
const NAMES_WITH_VERSION = [
  '008', 'Altresium', 'Argus', 'BaiduMobaider', 'DNSGroup', 'DataparkSearch', 'EDI', 'Goodzer', 'Grub', 'INGRID', 'Infohelfer', 'LOOQ',
  'PathDefender', 'Peew', 'PostPost', 'Steeler', 'Twitterbot', 'VSE', 'WebCrunch', 'WebZIP', 'YahooSeeker', 'envolk', 'facebookexternalhit',
  'sproose', 'wminer',
];

/** What is left takes an expression. */
const EXPRESSIONS = [
  // Words that a bot has in its name, with a version behind it.
  '(?:[Aa]rchiver|[Ii]ndexer|[Ss]craper|[Bb]ot|[Ss]pider|[Cc]rawl[a-z]*)[ /][0-9]',
  '(?i:spider|crawl)|[Ss]crape',
  `(?:${NAMES_WITH_VERSION.join('|')})/[0-9]`,
  'Y!J-BR[A-Z]/[0-9]',
  '/(?:Axtaris|fetchurl|Isara|ShopSalad|Tailsweep)[ -][0-9]',
  '/[A-Za-z]+[Bb]ot-[0-9]',
  'Pingdom[.]com_bot_version_[0-9]',
  'Google.*/\\+/web/snippet',
  'MSIE [0-9]+[.][0-9]+.*; ?.*MSIECrawler',
  // Names with a varying part.
  'Accoona-[A-Za-z]+-Agent', 'archive.*[.]org_bot', '\\bYeti', 'IP2[a-z]+Bot', 'Microsoft .* Bot', 'Yahoo[a-z]*Seeker', 'Yandex\\w',
  'WASALive.Bot', 'WeSEE:[A-Za-z]', 'Xenu.{0,3} Link Sleuth', 'Xerka [A-Za-z]+Bot',
  // Names that a User-Agent begins with.
  '^(?:NING|vortex|voyager|Zao)',
].map(regularExpression);

export function isKnownBot(userAgent: string): boolean {
  return NAMES.some((name) => userAgent.includes(name)) || EXPRESSIONS.some((expression) => expression.test(userAgent));
}

"""Words that say nothing of what a post is about, in English and Swedish: what ``topics`` leaves out.

Both lists hold for every post: people mix languages, and many sources do not tell which one a post is in.
"""

from __future__ import annotations

ENGLISH = """
a about above actual actually after afternoon again against ago agree all almost alone along already also
although always am amazing among an and another answer answered answers any anybody anybody's anyhow anymore
anyone anyone's anything anyway anywhere apart apparently are aren aren't around as ask asked asking asks at
ate available away back bad badly basically be became because become been before began behind being believe
below best better between beyond big bit both bought bring brings brought btw but buy buying buys by call
called calls came can can't cannot cant care case cases certain change changed changes cheap check choose
chooses chose chosen clear cm come comes coming common compare compared consider cost costs could couldn
couldn't couple course currently day days decent definitely did didn didn't different difficult do does
doesn doesn't doing don don't done dont down drank drink drinking drinks due during each early easily easy
eat eating eats eg either else end ended enjoy enjoyed enjoys enough especially etc even evening eventually
ever every everybody everyone everything everywhere exactly example expect expensive experience experiences
far feel feels felt few fewer finally find fine first five folk folks follow following follows for
fortunately found four friend friends from full further gave general get gets getting give given gives
giving go goes going gone gonna good got great guess guys had hadn't half happen happened happens happy hard
has hasn hasn't hate have haven haven't having he hear heard hello help helped helps hence her here hers
herself hey hi high him himself his hold honest honestly hope hour hours how however i'd i'll i'm i've idea
ie if ill im imagine imho imo important in indeed inside instead interested interesting into is isn isn't
issue issues it it's item its itself ive job just keep keeps kept kg kind know known knows large last late
lately later latest least leave left less let let's lets like liked likely likes line listen literally
little live lived living ll local lol long longer look looked looking looks lot lots love loved low made
main make makes making many matter may maybe me mean means meant might mind mine minute minutes miss missed
mm moment month months more morning most mostly move moved much must my myself name near nearly need needed
needs neither never new news next nice night no nobody non none nope nor normal not note nothing notice
noticed now nowhere number obviously of off often oh ok okay old on once one one's ones only open opened
opinion opinions or order ordered ordering orders other others otherwise ought our ours ourselves out
outside over own paid part pay paying pays people per perfect perhaps person pick picked place places plan
please plenty point points possible possibly post posted posts prefer preferred prefers pretty probably
problem problems put question questions quick quickly quite ran rather re read reading real really reason
reasons recent recently recommend recommendation recommendations recommended regular related remember
replied replies reply right run running runs sadly said same saw say saying says second see seeing seem
seems seen sell selling sells send sense serious seriously set several shall share she ship shipped shipping
ships should shouldn shouldn't show shows side similar simple simply since single sit small so sold some
somebody somehow someone something sometimes somewhere soon sorry sort spend spent stand start started
starting starts still stood stop stuff such suggest suggestion suggestions suppose sure switch switched take
taken takes taking talk talking taste tasted tastes tell ten than thank thanks that that's thats the their
theirs them themselves then there there's these they thing things think thinking third this those though
thought thoughts three through thus time times tip tips to today together told tomorrow tonight too took
total totally toward towards tried try trying turn turned two under understand unfortunately unless until up
upon us use used useful uses using usual usually various ve very via vs wait waiting walk walked want wanted
wants was wasn wasn't watch watched watching way ways we week weekend weeks well went were weren weren't
what what's whatever when whenever where wherever whether which while who whoever whole whom whose why will
wish with within without won won't wonder wondering word words work worked working works world worse worst
worth would wouldn wouldn't write writing wrong yeah year years yep yes yesterday yet you you're you've
young your yours yourself yourselves
"""

SWEDISH = """
absolut aldrig all alla allra allt alltid alltså andra andras ange anger angående annan annat annorlunda
antagligen antingen använda använder användes använt att av bakom bara behöva behöver behövs beror beställa
beställde beställer beställt betala betalade betalar billig billiga billigt bland blev bli blir blivit bodde
bor bort borta bra bredvid brukar byta byter bytt bytte bäst bästa bättre båda både bör börja började börjar
börjat dag dagar dagen dagligen de del dela delar dels dem den denna deras dess dessa dessutom det detta dig
din dina direkt dit ditt dock dom drack dricka dricker du dygn dyr dyra dyrt där därför då dålig dåliga
dåligt efter eftermiddag eftermiddagen eftersom egen egentligen eget egna ej eller emot en ena enda endast
enkel enkelt enligt ens er era ert ett exakt exempel exempelvis faktiskt fan fast fel fem fick fin fina
finnas finns fint fler flera flest fram framför fråga frågan frågar frågat frågor från full fungera fungerar
funka funkade funkar fyra få fånga får fått för föra före förmiddag förr förra först första förstår förstås
förut förutom ganska ge genast genom ger gett gick gillar gissar gjorde gjort glad god gott grann grej
grejer gällande gärna gå gång gånger går gått gör göra ha hade haft halv halva han handla handlade handlar
hans har hej hel hela helg helgen heller hellre helst helt henne hennes heter hit hitta hittade hittar
hittat hittills hjälp hjälpa hjälper hon honom hoppades hoppas hos hur häftigt hände händer hänt hålla
håller höll hör höra hörde hört i ibland icke idag ifall ifrån igen igenom igår imorgon imorse in inga ingen
ingenting inget inköp innan inne inom inte intill intressant ja jag jo jobb jobba jobbar jobbat jobbet ju
just jämför jämföra jämfört jätte jättebra kan kanske kolla kollar kom komma kommande kommer konstigt kort
kosta kostade kostar kul kunde kunna kunnat kvar kväll kvällar kvällen känna känner känns köp köpa köper
köpt köpte la lagt ledsen letar letat leverera levererar lika likadant lilla lite liten litet lugn lunch
lyssna lyssnar lägga lägger länge längre längst läsa läser läst läste lätt lång långt låta låter man massa
massor
med medan mellan men mena menar mer mera mest mig min mina mindre minns minst minut minuter mitt morgon
morgonen mot mycket mängder människa människor märker märkt månad månaden månader många måsta måste namn
natt nedan nej ner nere ni nog nu nuvarande ny nya nyligen nyss nytt när nära närmare nästa nästan någon
någonsin någonstans någonting något några nån nånting nåra nåt och också ofta ok okej olika om omkring
ordentligt oss otroligt par passa passade passar per plats prata pratade pratar precis problem prova provade
provar provat på rakt redan rekommendation rekommendationer rekommendera rekommenderar rekommenderas rent
riktig riktigt ringa ringde ringer rolig roligt rätt sa sade sagt sak saken saker samma samman samt sanning
sedan sekund sekunder sen senare senast senaste ser sett sidan sig sin sina sist sista sitt sitta sitter sju
själv själva självt ska skall skicka skickar skriv skriva skriver skull skulle slut sluta slutade slutar
smaka smakade smakar snabbt snacka snackar snarare snart snygg snyggt som spara sparar stor stora stort
ställe ställen stämde stämmer stänga stänger stå står svara svarade svarar svarat svår svårt säga säger
säker säkert sälja säljer sämre sämst sätt sätta så sådan sådana sådant sålde sån såna sånt söka söker sökt
sökte ta tack tackar tagit tappar tappat tar tid tiden tidigare till tillbaka tills tillsammans timmar timme
tio tiotal tips tipsa titta tittade tittar tog tolv tre trevlig trevligt trivs tro tror trots tvungen två
tycka tycker tyckte typ tänka tänker tänkt tänkte under undra undrade undrar ungefär upp uppe ur ut utan
utanför ute vad valde valt vanlig vanliga vanligt vanligtvis var vara varandra varför varifrån varit varje
varken vars varsågod vart vecka veckan veckor vem vems verka verkar verkligen vet veta vi via vid vidare
vilja vilka vilkas vilken vilket vill ville visa visade visar visst vore väg väl väldigt välja väljer vän
vänner väntar värd värda värre värt vår våra vårt än ändra ändrat ändå ännu äntligen är ärlig ärligt äta
äter även åker år året åt åter återigen åtminstone önskar öppna öppnade öppnar öppnat över överallt övrigt
"""

COMMON = frozenset([*ENGLISH.split(), *SWEDISH.split()])

-- The database of the demo's meeting as a release with revision 0007 left it.
BEGIN TRANSACTION;
CREATE TABLE accounts (
	name TEXT NOT NULL, 
	password TEXT NOT NULL, 
	roles JSON NOT NULL, 
	disabled BOOLEAN NOT NULL, 
	created VARCHAR(32) NOT NULL, 
	changed VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_accounts PRIMARY KEY (name)
);
CREATE TABLE admin_links (
	id TEXT NOT NULL, 
	expires VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_admin_links PRIMARY KEY (id)
);
CREATE TABLE agenda_items (
	meeting TEXT NOT NULL, 
	n BIGINT NOT NULL, 
	title TEXT NOT NULL, 
	unit TEXT NOT NULL, 
	presenter TEXT NOT NULL, 
	minutes BIGINT NOT NULL, 
	observers JSON NOT NULL, 
	secrecy JSON NOT NULL, 
	CONSTRAINT pk_agenda_items PRIMARY KEY (meeting, n), 
	CONSTRAINT fk_agenda_items_meeting_meetings FOREIGN KEY(meeting) REFERENCES meetings (id)
);
INSERT INTO "agenda_items" VALUES('01a21d93-d200-7202-8a16-68004fe9d482',1,'城区停车场建设工作','市住建局','李晓明',30,'["孙丽"]','{"level":"非密","years":null,"basis":"","by":""}');
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0007');
CREATE TABLE check_results (
	run TEXT NOT NULL, 
	place BIGINT NOT NULL, 
	device TEXT NOT NULL, 
	"check" TEXT NOT NULL, 
	state TEXT NOT NULL, 
	value JSON NOT NULL, 
	unit TEXT NOT NULL, 
	threshold JSON NOT NULL, 
	message TEXT NOT NULL, 
	hint TEXT, 
	evidence TEXT, 
	started VARCHAR(32), 
	took DOUBLE NOT NULL, device_title JSON DEFAULT '[]' NOT NULL, title JSON DEFAULT '[]' NOT NULL, firm BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_check_results PRIMARY KEY (run, place), 
	CONSTRAINT fk_check_results_run_check_runs FOREIGN KEY(run) REFERENCES check_runs (id)
);
INSERT INTO "check_results" VALUES('01a21d93-d3ac-71b4-a4d3-167373e7fff8',1,'archive','target-local','OK',72.58,'GiB',1.93,'写入、读回、删除正常，可用 72.6 GiB，本次约需 1.0 GiB',NULL,NULL,'2026-11-27T15:15:56.628156+00:00',5.95071899988397490233e-03,'["归档","Archive"]','["存储 local","Storage local"]',0);
INSERT INTO "check_results" VALUES('01a21d93-d3ac-71b4-a4d3-167373e7fff8',2,'audio','present','OK','"file:/opt/roomctl/demo/clip/demo_60s.flac"','','null','file:/opt/roomctl/demo/clip/demo_60s.flac：1 轨',NULL,NULL,'2026-11-27T15:15:56.628530+00:00',3.4372666000035678735e-01,'["音源","Audio source"]','["在线","Present"]',0);
INSERT INTO "check_results" VALUES('01a21d93-d3ac-71b4-a4d3-167373e7fff8',3,'audio','level','OK',-2.9,'dBFS',-60,'峰值 -2.9 dBFS',NULL,NULL,'2026-11-27T15:15:56.628530+00:00',3.4372666000035678735e-01,'["音源","Audio source"]','["电平","Level"]',0);
INSERT INTO "check_results" VALUES('01a21d93-d3ac-71b4-a4d3-167373e7fff8',4,'room-pc','disk','OK',72.58,'GiB',3.86,'剩余 72.6 GiB，60 分钟需要 1.9 GiB（2 × 48000 Hz × 3 B × 3600 s × 2）',NULL,NULL,'2026-11-27T15:15:56.632900+00:00',8.63080003909999504685e-05,'["本机","This PC"]','["磁盘","Disk"]',0);
INSERT INTO "check_results" VALUES('01a21d93-d3ac-71b4-a4d3-167373e7fff8',5,'room-pc','memory','OK',21.87,'GiB',2,'可用内存 21.9 GiB，共 23.5 GiB',NULL,NULL,'2026-11-27T15:15:56.633480+00:00',1.51876000018091872334e-04,'["本机","This PC"]','["内存","Memory"]',0);
INSERT INTO "check_results" VALUES('01a21d93-d3ac-71b4-a4d3-167373e7fff8',6,'room-pc','load','OK',1.5,'1/core',1.5,'每核负载 1.50（2 核）',NULL,NULL,'2026-11-27T15:15:56.636246+00:00',6.7120000494469422847e-05,'["本机","This PC"]','["负载","Load"]',0);
INSERT INTO "check_results" VALUES('01a21d93-d3ac-71b4-a4d3-167373e7fff8',7,'room-pc','power','OK','"mains"','','null','没有电池，市电供电',NULL,NULL,'2026-11-27T15:15:56.640140+00:00',1.69572000231710262596e-04,'["本机","This PC"]','["供电","Power"]',0);
INSERT INTO "check_results" VALUES('01a21d93-d3ac-71b4-a4d3-167373e7fff8',8,'room-pc','sleep','SKIPPED','null','','null','没有 systemd 也没有 GNOME，问不到休眠设置',NULL,NULL,'2026-11-27T15:15:56.640397+00:00',1.29298849997212528251e-02,'["本机","This PC"]','["休眠","Sleep"]',0);
INSERT INTO "check_results" VALUES('01a21d93-d3ac-71b4-a4d3-167373e7fff8',9,'room-pc','clock','OK',2946,'s',0,'2026-11-27 15:15 UTC，时区 Asia/Shanghai',NULL,NULL,'2026-11-27T15:15:56.644140+00:00',4.90512499982287408784e-03,'["本机","This PC"]','["时钟","Clock"]',0);
INSERT INTO "check_results" VALUES('01a21d93-d3ac-71b4-a4d3-167373e7fff8',10,'room-pc','clock-sync','SKIPPED','null','','null','没有 systemd 也没有 chrony，问不到对时状态',NULL,NULL,'2026-11-27T15:15:56.648154+00:00',0.00526020300003438,'["本机","This PC"]','["对时","Time service"]',0);
INSERT INTO "check_results" VALUES('01a21d93-d3ac-71b4-a4d3-167373e7fff8',11,'room-pc','model','OK','"faster-whisper-base"','','null','whisper · faster-whisper-base，148 MB 校验无误',NULL,NULL,'2026-11-27T15:15:56.648431+00:00',2.1155180899950210005e-01,'["本机","This PC"]','["语音模型","Speech model"]',0);
INSERT INTO "check_results" VALUES('01a21d93-d3ac-71b4-a4d3-167373e7fff8',12,'room-pc','fonts','WARN',0,'',4,'缺 小标宋、仿宋、黑体、楷体，以 Noto Serif CJK SC 代替','把单位已购授权的字体放进 ~/.local/share/fonts，再运行 fc-cache -f',NULL,'2026-11-27T15:15:56.656141+00:00',1.2388329999339475762e-02,'["本机","This PC"]','["字体","Fonts"]',0);
CREATE TABLE check_runs (
	id TEXT NOT NULL, 
	meeting TEXT, 
	at VARCHAR(32) NOT NULL, purpose TEXT DEFAULT 'hand' NOT NULL, signed_by TEXT DEFAULT '' NOT NULL, signed_at VARCHAR(32), sign_note TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_check_runs PRIMARY KEY (id), 
	CONSTRAINT fk_check_runs_meeting_meetings FOREIGN KEY(meeting) REFERENCES meetings (id)
);
INSERT INTO "check_runs" VALUES('01a21d93-d3ac-71b4-a4d3-167373e7fff8','01a21d93-d200-7202-8a16-68004fe9d482','2026-11-27T15:15:56.583084+00:00','hand','',NULL,'');
CREATE TABLE cursors (
	subscriber TEXT NOT NULL, 
	seq BIGINT NOT NULL, 
	CONSTRAINT pk_cursors PRIMARY KEY (subscriber)
);
CREATE TABLE device_watches (
	device TEXT NOT NULL, 
	up BOOLEAN NOT NULL, 
	since VARCHAR(32), 
	misses BIGINT NOT NULL, 
	why TEXT NOT NULL, 
	CONSTRAINT pk_device_watches PRIMARY KEY (device)
);
CREATE TABLE documents (
	id TEXT NOT NULL, 
	meeting TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	version BIGINT NOT NULL, 
	path TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	signed_by TEXT NOT NULL, 
	signed_at VARCHAR(32), 
	demo BOOLEAN NOT NULL, pdf TEXT DEFAULT '' NOT NULL, pdf_sha256 TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_documents PRIMARY KEY (id), 
	CONSTRAINT fk_documents_meeting_meetings FOREIGN KEY(meeting) REFERENCES meetings (id)
);
INSERT INTO "documents" VALUES('01a21d94-0b31-75a9-a7ce-8c802f1f3282','01a21d93-d200-7202-8a16-68004fe9d482','会议记录',1,'meetings/01a21d93-d200-7202-8a16-68004fe9d482/records/minutes-v1.docx','d56303031fe3a5fa03d929a7451057ee0138b7cd5233cc4d841a2c932e97849c','2026-11-27T15:16:11.185232+00:00','演示记录员','2026-11-27T15:16:11.316552+00:00',1,'meetings/01a21d93-d200-7202-8a16-68004fe9d482/records/minutes-v1.pdf','8fe32a198d4a4aaf29cbffaaef801fb91a23435a712f40048779caad556a3c02');
INSERT INTO "documents" VALUES('01a21d94-0ba2-7598-9351-3994d2073894','01a21d93-d200-7202-8a16-68004fe9d482','签到表',1,'meetings/01a21d93-d200-7202-8a16-68004fe9d482/records/sign-in-sheet-v1.docx','fe0d25595a52709a88c10e115e7767ffc372489263123d25390092a0e2466584','2026-11-27T15:16:11.298870+00:00','',NULL,0,'','');
CREATE TABLE events (
	seq INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	room TEXT NOT NULL, 
	stream TEXT NOT NULL, 
	n BIGINT NOT NULL, 
	at TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	v BIGINT NOT NULL, 
	actor TEXT NOT NULL, 
	data TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	sm3 TEXT NOT NULL, 
	CONSTRAINT pk_events PRIMARY KEY (seq), 
	CONSTRAINT fk_events_room_rooms FOREIGN KEY(room) REFERENCES rooms (id), 
	CONSTRAINT uq_events_id UNIQUE (id), 
	CONSTRAINT uq_events_stream_n UNIQUE (stream, n)
);
INSERT INTO "events" VALUES(1,'01a21d93-d203-7163-ac8f-611973e633b5','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',1,'2026-11-27T15:15:56.547392+00:00','meeting.created',1,'person:root','{"agenda":["城区停车场建设工作"],"chair":"张建国","kind":"演示会议","minutes":60,"recorded":true,"secrecy":"非密","starts":"2026-11-27T23:15","title":"城区停车场建设专题研究","zone":"Asia/Shanghai"}','a65f5d2ab39cef92c480c1b8e9172b1ff881dd08984cf0aedef196c5f7308b68','d4466b488e5a26405caaad396287bc5049672908146a86e0cd553b7c1c2f86c9');
INSERT INTO "events" VALUES(2,'01a21d93-d214-7546-8b09-71cf716179a3','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',2,'2026-11-27T15:15:56.564678+00:00','roster.added',1,'person:root','{"people":[{"duty":"副市长","id":"01a21d93-d211-77e6-ab41-399541f495d2","name":"张建国","rank":1,"role":"出席","seat":"1","unit":"市政府"},{"duty":"局长","id":"01a21d93-d211-77e6-ab41-3996b05fe59b","name":"李晓明","rank":2,"role":"出席","seat":"2","unit":"市住建局"},{"duty":"局长","id":"01a21d93-d211-77e6-ab41-3997d8afcff2","name":"王海燕","rank":3,"role":"出席","seat":"3","unit":"市城管局"},{"duty":"局长","id":"01a21d93-d211-77e6-ab41-3998c2fb783b","name":"陈志强","rank":4,"role":"出席","seat":"4","unit":"市财政局"},{"duty":"主任","id":"01a21d93-d211-77e6-ab41-3999014a5167","name":"周明","rank":5,"role":"出席","seat":"5","unit":"市发改委"},{"duty":"总经理","id":"01a21d93-d211-77e6-ab41-399ab1196aaf","items":[1],"name":"孙丽","rank":6,"role":"列席","seat":"6","unit":"市停车运营公司"}]}','8735e8a594bdb1b5a96d801cb970816474474138eeb0fece6adc7bf1fb5d824d','5b1196cf4d8d27253d9729aa72358359eb28a7934ffa2dee97948d3de236284b');
INSERT INTO "events" VALUES(3,'01a21d93-d21f-7399-8745-67cd73c4c906','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',3,'2026-11-27T15:15:56.572698+00:00','meeting.approved',1,'person:root','{"from":"planned","to":"approved"}','3854553321ba6e41f0acd1fe84d7e5fbfed99dcb9277dbcc15ac02c611a9fe2e','e30d36895031d89fad7f4b6bb1e6c7f431aa34d602173526d7e36917c961a06b');
INSERT INTO "events" VALUES(4,'01a21d93-d223-75c8-aac7-565c6165bc90','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',4,'2026-11-27T15:15:56.577522+00:00','meeting.opened',1,'person:root','{"from":"approved","to":"open"}','8831dcd2b495aa518715a09f4135c51432932258f1fb3aa5f09bae57e1bd078a','59015dc10b40a681af5ab97f952ed311489514e6fef293b299ff259c2f4bf138');
INSERT INTO "events" VALUES(5,'01a21d93-d223-75c8-aac7-565d9b10a576','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d1e6-7371-8711-3bfe174ffa91',1,'2026-11-27T15:15:56.577522+00:00','stream.head',1,'system:host','{"n":4,"sha256":"8831dcd2b495aa518715a09f4135c51432932258f1fb3aa5f09bae57e1bd078a","sm3":"59015dc10b40a681af5ab97f952ed311489514e6fef293b299ff259c2f4bf138","stream":"01a21d93-d200-7202-8a16-68004fe9d482"}','6fab6407cca4eb5e2cfd160a923a62d7ecd87f42676dd0b3fe9c568b008caf3f','c29fc57d97e866363addf5acb559fd18938bbb68ddaa525c30470e58c1be3165');
INSERT INTO "events" VALUES(6,'01a21d93-d3b1-74f9-a019-a2f8d3bab30e','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',5,'2026-11-27T15:15:56.977098+00:00','checks.ran',1,'person:root','{"crit":0,"ok":9,"report":"01a21d93-d3ac-71b4-a4d3-167373e7fff8","skipped":2,"unknown":0,"waived":0,"warn":1}','0727ad75f2259b87405162c3136eb5a04529ece1d068df29e123a7e8f7e49d6d','19ca8dbce4aa420630fd9e52c9328f3957d7d14665dd599957db50f75e3b7a00');
INSERT INTO "events" VALUES(7,'01a21d93-d3b6-7595-9ab8-63b0ab453e67','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',6,'2026-11-27T15:15:56.982920+00:00','attendance.leave_requested',1,'person:root','{"name":"陈志强","person":"01a21d93-d211-77e6-ab41-3998c2fb783b","proxy":"刘伟","proxy_duty":"市财政局副局长","reason":"外出调研"}','07a5d33bd30fbcb66d3e305881e25203cee0d62cc34b99c619322a74a28ec5d0','98280380c3052b8595d9db3e6b6690bbf6b5a4b93f81a514d8943ef8c8e4eb5e');
INSERT INTO "events" VALUES(8,'01a21d93-d3ba-751e-afce-43bce310ed1f','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',7,'2026-11-27T15:15:56.986166+00:00','attendance.leave_decided',1,'person:root','{"by":"张建国","granted":true,"name":"陈志强","person":"01a21d93-d211-77e6-ab41-3998c2fb783b"}','00d0e1f72d897c2146c4adfb846751572040f0528aef616099004e96dc03d498','444df8d74a40e9159d86ee2e3ec6e461e3c9029dcb2cf961cb32bd59b5c0485f');
INSERT INTO "events" VALUES(9,'01a21d93-d3bc-739b-86d4-862596c2a0bd','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',8,'2026-11-27T15:15:56.988759+00:00','attendance.signed_in',1,'person:root','{"device":"demo","method":"desk","name":"陈志强","person":"01a21d93-d211-77e6-ab41-3998c2fb783b","proxy":true}','5b7bea17ebd4c861dda5f3de5a43317e5f482468f81c2bbf6d96a392f019f4c5','4ce8da6db628d63c3332db1cc48368f6bf9aeba4304fbaa9b5377f5c94b374c7');
INSERT INTO "events" VALUES(10,'01a21d93-d3be-70ab-8f51-c66cdf5de51b','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',9,'2026-11-27T15:15:56.990666+00:00','attendance.signed_in',1,'person:root','{"device":"demo","method":"terminal","name":"张建国","person":"01a21d93-d211-77e6-ab41-399541f495d2","proxy":false}','de354d70f3283139c5bcbe3775b991ef0a28b3aca8f309ebde7bb3e02735e9ad','9856166c6cc6c2d29f5b0931960b66632f6d1666762d43eef8e84cfad5478539');
INSERT INTO "events" VALUES(11,'01a21d93-d3c0-7421-b9f4-0b6f1ae3ba80','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',10,'2026-11-27T15:15:56.992704+00:00','attendance.signed_in',1,'person:root','{"device":"demo","method":"terminal","name":"李晓明","person":"01a21d93-d211-77e6-ab41-3996b05fe59b","proxy":false}','f639a6dd997da8a390ac0be452564a892462265109bea1551a86adc007fb0f6f','7e1efba311bef60ada98deb672e69a655d403d52514a7799905536e36ae10824');
INSERT INTO "events" VALUES(12,'01a21d93-d3c2-716b-8a9c-27cdc84edebf','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',11,'2026-11-27T15:15:56.994549+00:00','attendance.signed_in',1,'person:root','{"device":"demo","method":"terminal","name":"孙丽","person":"01a21d93-d211-77e6-ab41-399ab1196aaf","proxy":false}','07ae78b1f8433b787ffcce5ded887b46e47df8edf3cc4630879fdcb721858a19','eda996f2222f5d42f9d1aa9969f7f4df6e29174b9393017812871cd051088b0e');
INSERT INTO "events" VALUES(13,'01a21d93-d635-7295-b01c-541033f0e914','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',12,'2026-11-27T15:15:57.621594+00:00','recording.armed',1,'person:root','{"channels":{},"number":1,"purpose":"meeting","recording":"01a21d93-d3c9-77d9-a6d3-32e70258425c","source":"file:/opt/roomctl/demo/clip/demo_60s.flac","standby":"","tracks":1}','7b89e99cd6b62c8af719b979cdff3d0f95335f248c0be021caf69435b2b21421','45f316c43d91f20636db4720f0d293fa01df170d48096e1ab70f3c9de47c77ec');
INSERT INTO "events" VALUES(14,'01a21d93-d656-7458-a1a0-02fafbe632e0','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',13,'2026-11-27T15:15:57.652596+00:00','meeting.started',1,'person:root','{"frame":0,"from":"open","recording":"01a21d93-d3c9-77d9-a6d3-32e70258425c","to":"in_session"}','f5f11bb41d3707d5eee82de26cd5bf2f35486e339d1eec8aa781cd9441b7007c','f14ee0cb9d4317621e3828edbec03a449a2d4d7e59738f6c6dd3ccd121534212');
INSERT INTO "events" VALUES(15,'01a21d93-d66a-7292-8f36-36b249b86d89','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',14,'2026-11-27T15:15:57.674900+00:00','attendance.signed_in',1,'person:root','{"device":"demo","method":"terminal","name":"王海燕","person":"01a21d93-d211-77e6-ab41-3997d8afcff2","proxy":false}','1a7e58364a0fdce02aee3eac71cf9cf12ff0adfbe8cbb4cc805f753a58c75423','b9f17e6b939264e46ea997e00763f2b28d9327f3fdff3db9c4a1c238d6a3d04a');
INSERT INTO "events" VALUES(16,'01a21d93-d85e-73b0-895a-618cf2f8694d','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',15,'2026-11-27T15:15:58.172457+00:00','meeting.adjourned',1,'person:root','{"frame":2769042,"from":"in_session","recording":"01a21d93-d3c9-77d9-a6d3-32e70258425c","to":"adjourned"}','0037d7ef9238531cfb1153b844463748fdbe7558f915ae48ddded1939d07b922','062e2a538e5de17847ccc1e54f0ce58ada1fb533e78ff2ae548053fd580265ea');
INSERT INTO "events" VALUES(17,'01a21d93-d862-70d7-99f3-31e3d85b3ff5','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',16,'2026-11-27T15:15:58.176763+00:00','recording.segment_sealed',1,'person:root','{"first_frame":0,"frames":960000,"path":"t01-0001.flac","recording":"01a21d93-d3c9-77d9-a6d3-32e70258425c","recovered":false,"seq":1,"sha256":"58795330c92c0e5bad8f36ba74d31f6583b98bb65523161f23262a28af41f284","sm3":"979a2a854ed356923f9249188c49586d37f89775cc628db09171f04ff154f3e1","track":1}','3855238d057ed7bee67ed7570b21379a3f2c37c6651935724da53dcee7c3709f','b8fbbf2ba78fda02bca09ae6d1d751455b50ecaef77d6ce4acbd87553b253026');
INSERT INTO "events" VALUES(18,'01a21d93-d862-70d7-99f3-31e4c4e59bb1','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',17,'2026-11-27T15:15:58.176763+00:00','recording.segment_sealed',1,'person:root','{"first_frame":960000,"frames":960000,"path":"t01-0002.flac","recording":"01a21d93-d3c9-77d9-a6d3-32e70258425c","recovered":false,"seq":2,"sha256":"611154fb81484449504f802a8e10010e4a103438adc23c6bf99aa28450c9c710","sm3":"e78866b612d4a1f86d3f9c21033b98c6afedece3fd28e34a905fdfb07d72a15b","track":1}','b7837edbc86ff1d04834d3f46902cc117487bbdeb1e2135517a6ff11a11142df','ea062610e2deb7f61d2976ea49004963b0d737fdb12c057c8c45f0c735f85ba9');
INSERT INTO "events" VALUES(19,'01a21d93-d862-70d7-99f3-31e570de9989','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',18,'2026-11-27T15:15:58.176763+00:00','recording.segment_sealed',1,'person:root','{"first_frame":1920000,"frames":849042,"path":"t01-0003.flac","recording":"01a21d93-d3c9-77d9-a6d3-32e70258425c","recovered":false,"seq":3,"sha256":"f268147450de0ac3ed76aef4ef463ffa242825b24a8937f14300d64babfac338","sm3":"59057b6abd7fa4a01fbca055edba5a4d884881807935cd6823dddd4927359e1c","track":1}','f524291cda517b7394a4eb28baaee4d6fc5482c3896e62092d1a4790bd527acf','f655dc67adc60ab47f9f9916007e75d2a3ef6d9bc398608506ccb5a7e154e918');
INSERT INTO "events" VALUES(20,'01a21d93-d862-70d7-99f3-31e671dd48a2','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',19,'2026-11-27T15:15:58.176763+00:00','recording.sealed',1,'person:root','{"dropped":0,"frames":2769042,"gaps":[],"problem":"","recording":"01a21d93-d3c9-77d9-a6d3-32e70258425c"}','bfb667f0e2d1976b1d3b1f6a0adba59656bde61e9501e793d1665eff77373faa','bc6ac26786a3ad67817d8aaf8afd27798e46ebc219310e6713bbe2a59f4d5637');
INSERT INTO "events" VALUES(21,'01a21d93-d867-72f6-9c3e-6641c37f0d69','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',20,'2026-11-27T15:15:58.183183+00:00','meeting.cleared',1,'person:root','{"left_behind":""}','905696152842e8838595ed7907fc6d80e6d2dc842662053ce9f9f49ecb16b834','30b0f8d85d3d51bc05aa3a1e5910db0b8df572168c168e299142b9ce4729dc74');
INSERT INTO "events" VALUES(22,'01a21d94-08c4-70a6-abf0-27c75a419a74','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',21,'2026-11-27T15:16:10.563996+00:00','transcript.completed',1,'plugin:transcript','{"covered":45.89,"engine":"whisper","holes":[],"model":"faster-whisper-base","model_sha256":"d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9","segments":10,"speech":45.89,"transcript":"01a21d93-d900-73e1-aa8c-9ec7252389e8","version":1}','5a23483867342e7dc50c7324f9b5743701f7aeddb5ba5acbd4dabdf7ac748cb6','dffef2525d6a4eb7a282ba187eca5a9713397f888c14b6b634b1d03f26e152da');
INSERT INTO "events" VALUES(23,'01a21d94-0b35-715c-85c1-3961d19185f6','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',22,'2026-11-27T15:16:11.189549+00:00','record.drafted',1,'person:root','{"document":"01a21d94-0b31-75a9-a7ce-8c802f1f3282","kind":"会议记录","sha256":"d56303031fe3a5fa03d929a7451057ee0138b7cd5233cc4d841a2c932e97849c","version":1}','926e6d51ac05226ae9c5166ce511528446f010498ed643d6dda7a0fb984a9de0','c7633e0295ffdc32ae166185e96dd3e481b4f8232f3d0a14539e692650ce0653');
INSERT INTO "events" VALUES(24,'01a21d94-0ba4-71f9-8915-693034a46e8d','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',23,'2026-11-27T15:16:11.300265+00:00','record.drafted',1,'person:root','{"document":"01a21d94-0ba2-7598-9351-3994d2073894","kind":"签到表","sha256":"fe0d25595a52709a88c10e115e7767ffc372489263123d25390092a0e2466584","version":1}','5132a488d3567e40ded2d21b113cff4f6efcc787d127746707d8b8b960c4e896','6b254daa3e24e53200f3561af3c6e6ef2f0ca98f0ebb008cd06c39801dcd4468');
INSERT INTO "events" VALUES(25,'01a21d94-0baf-76e0-927f-cdad0518f81e','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',24,'2026-11-27T15:16:11.310034+00:00','meeting.closed',1,'person:root','{"from":"adjourned","to":"closed"}','95b80c14397ec4ad9a87c684c7d63d29afb0a839155b083eae3a21fba5a7bb8b','2aeca5532472a0b01f4b6faaea0fc638859e32f7ae14d08b8aa22e11c51df9e6');
INSERT INTO "events" VALUES(26,'01a21d94-0bb0-72fa-adbe-a6b1e2ab04e7','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d1e6-7371-8711-3bfe174ffa91',2,'2026-11-27T15:16:11.310034+00:00','stream.head',1,'system:host','{"n":24,"sha256":"95b80c14397ec4ad9a87c684c7d63d29afb0a839155b083eae3a21fba5a7bb8b","sm3":"2aeca5532472a0b01f4b6faaea0fc638859e32f7ae14d08b8aa22e11c51df9e6","stream":"01a21d93-d200-7202-8a16-68004fe9d482"}','2c1781707d1584d5662e359b8e6cdce65421260d935c5c776f5920866b88ade2','c14c72b6f92c3f8ba647ead2e1b1c31be15f6d5acedc7301826515fdda445d9f');
INSERT INTO "events" VALUES(27,'01a21d94-0c95-753d-9dad-ba5cbb5883f7','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',25,'2026-11-27T15:16:11.540978+00:00','record.signed',1,'person:演示记录员','{"by":"演示记录员","demo":true,"document":"01a21d94-0b31-75a9-a7ce-8c802f1f3282","kind":"会议记录","pdf_sha256":"8fe32a198d4a4aaf29cbffaaef801fb91a23435a712f40048779caad556a3c02","sha256":"d56303031fe3a5fa03d929a7451057ee0138b7cd5233cc4d841a2c932e97849c","stood_in":{"仿宋_GB2312":"Noto Serif CJK SC","宋体":"Noto Serif CJK SC","方正小标宋简体":"Noto Serif CJK SC","楷体_GB2312":"Noto Serif CJK SC","黑体":"Noto Sans CJK SC"},"version":1}','02f6ee63355e30467fe86b9156fa1442aae46b5869612fb4ebf01b15f67ab4ad','3ab8f9323c26b1700b889007b5cd00d3cb97a2d173886d197789d0adb5953742');
INSERT INTO "events" VALUES(28,'01a21d94-0cf2-745b-83f1-15993e3a7377','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',26,'2026-11-27T15:16:11.634245+00:00','package.sealed',1,'plugin:archive','{"bytes":3576004,"files":14,"manifest_sha256":"0889f0c5c19028d8c5bd050efcba2aaaa7a5cab21a6744ea4c9cc725c45cd724","package":"01a21d94-0cc2-73cb-89ca-1adad8b03324","supplement_to":"","targets":["local"]}','aad43b59af6eef3ffe6f640609dced94c3e83f6c90e5eea9f7ebf04c02de2ae9','50f2f1e46f0baf513ede50145e226c4d580dd95e6800995f489c85cfc6e7ab82');
INSERT INTO "events" VALUES(29,'01a21d94-0d16-7654-8894-f3509d3c2800','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',27,'2026-11-27T15:16:11.670052+00:00','package.received',1,'plugin:archive','{"bytes":3576004,"files":14,"key":"01a21d93-d200-7202-8a16-68004fe9d482/01a21d94-0cc2-73cb-89ca-1adad8b03324","manifest_sha256":"0889f0c5c19028d8c5bd050efcba2aaaa7a5cab21a6744ea4c9cc725c45cd724","package":"01a21d94-0cc2-73cb-89ca-1adad8b03324","target":"local"}','0fe19aad0e6a68e73af4e2a16abde91482bf2a8da5586803be784008437e4bd7','f64fd2208b9260111c8ff7ccdd60e043a8de8351c74c0973b0c2e5589de9634a');
INSERT INTO "events" VALUES(30,'01a21d94-0d1b-73d1-ba35-4828749c59f3','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',28,'2026-11-27T15:16:11.671758+00:00','meeting.deposited',1,'plugin:archive','{"from":"closed","to":"deposited"}','f1bf4c76c6aaefeac99da44ad93fc83f2b832207c5c333d1f690ce3bd0e781d4','d9cfe102c1051e36a68d6d63e030b06f83b082219e6bfe0bc72dbe7625ef8e21');
INSERT INTO "events" VALUES(31,'01a21d94-0da7-7306-8911-4e112c974672','01a21d93-d1e6-7371-8711-3bfe174ffa91','01a21d93-d200-7202-8a16-68004fe9d482',29,'2026-11-27T15:16:11.813870+00:00','meeting.archived',1,'person:演示归档员','{"by":"演示归档员","demo":true,"from":"deposited","to":"archived"}','c69876eb4daebe250702958ea1f296438b81ae7751304b8ff53a4d95540201d9','cd8b7c45da908f69a511fd1a722241778dd770e1f333f5c1f545146d14b7a274');
CREATE TABLE login_failures (
	who TEXT NOT NULL, 
	count BIGINT NOT NULL, 
	last VARCHAR(32) NOT NULL, 
	until VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_login_failures PRIMARY KEY (who)
);
CREATE TABLE meetings (
	id TEXT NOT NULL, 
	room TEXT NOT NULL, 
	title TEXT NOT NULL, 
	starts DATETIME NOT NULL, 
	zone TEXT NOT NULL, 
	planned_minutes BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	place TEXT NOT NULL, 
	chair TEXT NOT NULL, 
	minute_taker TEXT NOT NULL, 
	contact TEXT NOT NULL, 
	secrecy JSON NOT NULL, 
	recorded BOOLEAN NOT NULL, 
	recording_approved_by TEXT NOT NULL, 
	state TEXT NOT NULL, 
	urgent BOOLEAN NOT NULL, 
	urgent_reason TEXT NOT NULL, 
	facts JSON NOT NULL, 
	started_at VARCHAR(32), 
	adjourned_at VARCHAR(32), 
	version BIGINT NOT NULL, 
	CONSTRAINT pk_meetings PRIMARY KEY (id), 
	CONSTRAINT fk_meetings_room_rooms FOREIGN KEY(room) REFERENCES rooms (id)
);
INSERT INTO "meetings" VALUES('01a21d93-d200-7202-8a16-68004fe9d482','01a21d93-d1e6-7371-8711-3bfe174ffa91','城区停车场建设专题研究','2026-11-27 23:15:00.000000','Asia/Shanghai',60,'演示会议','第一会议室','张建国','演示记录员','','{"level":"非密","years":null,"basis":"","by":""}',1,'张建国','archived',0,'','["cleared","receipts","signed_record","transcript"]','2026-11-27T15:15:57.652596+00:00','2026-11-27T15:15:58.172457+00:00',9);
CREATE TABLE packages (
	id TEXT NOT NULL, 
	meeting TEXT NOT NULL, 
	path TEXT NOT NULL, 
	files BIGINT NOT NULL, 
	bytes BIGINT NOT NULL, 
	manifest_sha256 TEXT NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	documents JSON NOT NULL, 
	targets JSON NOT NULL, 
	supplement_to TEXT, 
	CONSTRAINT pk_packages PRIMARY KEY (id), 
	CONSTRAINT fk_packages_meeting_meetings FOREIGN KEY(meeting) REFERENCES meetings (id), 
	CONSTRAINT fk_packages_supplement_to_packages FOREIGN KEY(supplement_to) REFERENCES packages (id)
);
INSERT INTO "packages" VALUES('01a21d94-0cc2-73cb-89ca-1adad8b03324','01a21d93-d200-7202-8a16-68004fe9d482','meetings/01a21d93-d200-7202-8a16-68004fe9d482/package/01a21d94-0cc2-73cb-89ca-1adad8b03324',14,3576004,'0889f0c5c19028d8c5bd050efcba2aaaa7a5cab21a6744ea4c9cc725c45cd724','2026-11-27T15:16:11.561081+00:00','["01a21d94-0b31-75a9-a7ce-8c802f1f3282"]','["local"]',NULL);
CREATE TABLE people (
	id TEXT NOT NULL, 
	meeting TEXT NOT NULL, 
	name TEXT NOT NULL, 
	unit TEXT NOT NULL, 
	duty TEXT NOT NULL, 
	phone TEXT NOT NULL, 
	seat TEXT NOT NULL, 
	role TEXT NOT NULL, 
	rank BIGINT NOT NULL, 
	items JSON NOT NULL, 
	CONSTRAINT pk_people PRIMARY KEY (id), 
	CONSTRAINT fk_people_meeting_meetings FOREIGN KEY(meeting) REFERENCES meetings (id)
);
INSERT INTO "people" VALUES('01a21d93-d211-77e6-ab41-399541f495d2','01a21d93-d200-7202-8a16-68004fe9d482','张建国','市政府','副市长','','1','出席',1,'[]');
INSERT INTO "people" VALUES('01a21d93-d211-77e6-ab41-3996b05fe59b','01a21d93-d200-7202-8a16-68004fe9d482','李晓明','市住建局','局长','','2','出席',2,'[]');
INSERT INTO "people" VALUES('01a21d93-d211-77e6-ab41-3997d8afcff2','01a21d93-d200-7202-8a16-68004fe9d482','王海燕','市城管局','局长','','3','出席',3,'[]');
INSERT INTO "people" VALUES('01a21d93-d211-77e6-ab41-3998c2fb783b','01a21d93-d200-7202-8a16-68004fe9d482','陈志强','市财政局','局长','','4','出席',4,'[]');
INSERT INTO "people" VALUES('01a21d93-d211-77e6-ab41-3999014a5167','01a21d93-d200-7202-8a16-68004fe9d482','周明','市发改委','主任','','5','出席',5,'[]');
INSERT INTO "people" VALUES('01a21d93-d211-77e6-ab41-399ab1196aaf','01a21d93-d200-7202-8a16-68004fe9d482','孙丽','市停车运营公司','总经理','','6','列席',6,'[1]');
CREATE TABLE plugin_documents (
	plugin TEXT NOT NULL, 
	scope TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	meeting TEXT, 
	value JSON NOT NULL, 
	CONSTRAINT pk_plugin_documents PRIMARY KEY (plugin, scope, "key"), 
	CONSTRAINT fk_plugin_documents_meeting_meetings FOREIGN KEY(meeting) REFERENCES meetings (id)
);
CREATE TABLE receipts (
	package TEXT NOT NULL, 
	target TEXT NOT NULL, 
	meeting TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	files BIGINT NOT NULL, 
	bytes BIGINT NOT NULL, 
	manifest_sha256 TEXT NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_receipts PRIMARY KEY (package, target), 
	CONSTRAINT fk_receipts_meeting_meetings FOREIGN KEY(meeting) REFERENCES meetings (id), 
	CONSTRAINT fk_receipts_package_packages FOREIGN KEY(package) REFERENCES packages (id)
);
INSERT INTO "receipts" VALUES('01a21d94-0cc2-73cb-89ca-1adad8b03324','local','01a21d93-d200-7202-8a16-68004fe9d482','01a21d93-d200-7202-8a16-68004fe9d482/01a21d94-0cc2-73cb-89ca-1adad8b03324',14,3576004,'0889f0c5c19028d8c5bd050efcba2aaaa7a5cab21a6744ea4c9cc725c45cd724','2026-11-27T15:16:11.666174+00:00');
CREATE TABLE "recordings" (
	id TEXT NOT NULL, 
	meeting TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	folder TEXT NOT NULL, 
	source TEXT NOT NULL, 
	recorder TEXT NOT NULL, 
	state TEXT NOT NULL, 
	tracks BIGINT NOT NULL, 
	sample_rate BIGINT NOT NULL, 
	frames BIGINT NOT NULL, 
	dropped BIGINT NOT NULL, 
	gaps JSON NOT NULL, 
	markers JSON NOT NULL, 
	purpose TEXT DEFAULT 'meeting' NOT NULL, 
	alarm_rows BIGINT DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_recordings PRIMARY KEY (id), 
	CONSTRAINT fk_recordings_meeting_meetings FOREIGN KEY(meeting) REFERENCES meetings (id), 
	CONSTRAINT uq_recordings_meeting_purpose_number UNIQUE (meeting, purpose, number)
);
INSERT INTO "recordings" VALUES('01a21d93-d3c9-77d9-a6d3-32e70258425c','01a21d93-d200-7202-8a16-68004fe9d482',1,'meetings/01a21d93-d200-7202-8a16-68004fe9d482/audio/01a21d93-d3c9-77d9-a6d3-32e70258425c','file:/opt/roomctl/demo/clip/demo_60s.flac','audio','sealed',1,48000,2769042,0,'[]','[]','meeting',0);
CREATE TABLE rooms (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	zone TEXT NOT NULL, 
	CONSTRAINT pk_rooms PRIMARY KEY (id)
);
INSERT INTO "rooms" VALUES('01a21d93-d1e6-7371-8711-3bfe174ffa91','第一会议室','Asia/Shanghai');
CREATE TABLE screen_keys (
	id TEXT NOT NULL, 
	secret TEXT NOT NULL, 
	meeting TEXT NOT NULL, 
	plugin TEXT NOT NULL, 
	screen TEXT NOT NULL, 
	label TEXT NOT NULL, 
	made_by TEXT NOT NULL, 
	made VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_screen_keys PRIMARY KEY (id), 
	CONSTRAINT fk_screen_keys_meeting_meetings FOREIGN KEY(meeting) REFERENCES meetings (id), 
	CONSTRAINT uq_screen_keys_secret UNIQUE (secret)
);
CREATE TABLE segments (
	recording TEXT NOT NULL, 
	track BIGINT NOT NULL, 
	seq BIGINT NOT NULL, 
	path TEXT NOT NULL, 
	first_frame BIGINT NOT NULL, 
	frames BIGINT NOT NULL, 
	utc VARCHAR(32) NOT NULL, 
	monotonic DOUBLE NOT NULL, 
	sha256_pcm TEXT NOT NULL, 
	sha256_file TEXT NOT NULL, 
	sm3_file TEXT NOT NULL, 
	overflows BIGINT NOT NULL, 
	gap_before BIGINT NOT NULL, 
	recovered BOOLEAN NOT NULL, 
	CONSTRAINT pk_segments PRIMARY KEY (recording, track, seq), 
	CONSTRAINT fk_segments_recording_recordings FOREIGN KEY(recording) REFERENCES recordings (id)
);
INSERT INTO "segments" VALUES('01a21d93-d3c9-77d9-a6d3-32e70258425c',1,1,'t01-0001.flac',0,960000,'2026-11-27T15:15:57.716522+00:00',7578.196483,'b844773f57e3079289aa357700ef8c4bf6cd2c0164fab1e091ef92932ffa281b','58795330c92c0e5bad8f36ba74d31f6583b98bb65523161f23262a28af41f284','979a2a854ed356923f9249188c49586d37f89775cc628db09171f04ff154f3e1',0,0,0);
INSERT INTO "segments" VALUES('01a21d93-d3c9-77d9-a6d3-32e70258425c',1,2,'t01-0002.flac',960000,960000,'2026-11-27T15:15:57.741028+00:00',7578.220986,'101c56e8d3c3ac3fb9ceef053d7c12c9bbdff989fe9040004cc279c9eb4e3b62','611154fb81484449504f802a8e10010e4a103438adc23c6bf99aa28450c9c710','e78866b612d4a1f86d3f9c21033b98c6afedece3fd28e34a905fdfb07d72a15b',0,0,0);
INSERT INTO "segments" VALUES('01a21d93-d3c9-77d9-a6d3-32e70258425c',1,3,'t01-0003.flac',1920000,849042,'2026-11-27T15:15:57.776863+00:00',7578.256822,'fb3e7fb99dff79d574643983d53ae6bb2fdb2e63fb2f6afd3ea4ed977c42d81b','f268147450de0ac3ed76aef4ef463ffa242825b24a8937f14300d64babfac338','59057b6abd7fa4a01fbca055edba5a4d884881807935cd6823dddd4927359e1c',0,0,0);
CREATE TABLE sessions (
	id TEXT NOT NULL, 
	account TEXT NOT NULL, 
	created VARCHAR(32) NOT NULL, 
	expires VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_sessions PRIMARY KEY (id), 
	CONSTRAINT fk_sessions_account_accounts FOREIGN KEY(account) REFERENCES accounts (name)
);
CREATE TABLE tokens (
	id TEXT NOT NULL, 
	secret TEXT NOT NULL, 
	account TEXT NOT NULL, 
	label TEXT NOT NULL, 
	rights JSON NOT NULL, 
	created VARCHAR(32) NOT NULL, 
	expires VARCHAR(32), 
	CONSTRAINT pk_tokens PRIMARY KEY (id), 
	CONSTRAINT fk_tokens_account_accounts FOREIGN KEY(account) REFERENCES accounts (name), 
	CONSTRAINT uq_tokens_secret UNIQUE (secret)
);
CREATE TABLE transcript_segments (
	transcript TEXT NOT NULL, 
	id TEXT NOT NULL, 
	place BIGINT NOT NULL, 
	recording TEXT NOT NULL, 
	track BIGINT NOT NULL, 
	start DOUBLE NOT NULL, 
	"end" DOUBLE NOT NULL, 
	first_frame BIGINT NOT NULL, 
	last_frame BIGINT NOT NULL, 
	raw TEXT NOT NULL, 
	text TEXT NOT NULL, 
	words JSON NOT NULL, 
	speaker TEXT, 
	known_by TEXT, 
	changes JSON NOT NULL, 
	confidence DOUBLE NOT NULL, 
	dropped BOOLEAN NOT NULL, beside JSON, doubts JSON DEFAULT '[]' NOT NULL, 
	CONSTRAINT pk_transcript_segments PRIMARY KEY (transcript, id), 
	CONSTRAINT fk_transcript_segments_recording_recordings FOREIGN KEY(recording) REFERENCES recordings (id), 
	CONSTRAINT fk_transcript_segments_transcript_transcripts FOREIGN KEY(transcript) REFERENCES transcripts (id)
);
INSERT INTO "transcript_segments" VALUES('01a21d93-d900-73e1-aa8c-9ec7252389e8','r1-t1-0001',1,'01a21d93-d3c9-77d9-a6d3-32e70258425c',1,0.536,7.316,25728,351167,'現在開會今天專題研究程序停車場建設工作先請李小銘同志揮報','现在开会，今天专题研究程序停车场建设工作，先请李晓明同志汇报。','[["現在",0.536,0.916,0.81],["開",0.916,1.236,0.997],["會",1.236,1.476,0.991],["今天",1.476,2.276,0.163],["專",2.276,2.516,0.993],["題",2.516,2.716,0.689],["研",2.716,2.876,0.996],["究",2.876,2.996,1.0],["程",2.996,3.256,0.628],["序",3.256,3.436,0.94],["停",3.436,3.656,0.984],["車",3.656,3.876,0.992],["場",3.876,4.076,0.871],["建",4.076,4.296,0.623],["設",4.296,4.416,0.605],["工作",4.416,4.816,0.97],["先",4.816,5.536,0.649],["請",5.536,5.796,0.977],["李",5.796,5.956,0.886],["小",5.956,6.196,0.927],["銘",6.196,6.296,0.646],["同",6.296,6.596,0.871],["志",6.596,6.796,0.942],["揮",6.796,7.016,0.626],["報",7.016,7.316,0.876]]','张建国','cue','[{"step":"simplify","before":"現","after":"现","reason":"OpenCC t2s","at":0},{"step":"simplify","before":"開會","after":"开会","reason":"OpenCC t2s","at":2},{"step":"simplify","before":"專題","after":"专题","reason":"OpenCC t2s","at":6},{"step":"simplify","before":"車場","after":"车场","reason":"OpenCC t2s","at":13},{"step":"simplify","before":"設","after":"设","reason":"OpenCC t2s","at":16},{"step":"simplify","before":"請","after":"请","reason":"OpenCC t2s","at":20},{"step":"simplify","before":"銘","after":"铭","reason":"OpenCC t2s","at":23},{"step":"simplify","before":"揮報","after":"挥报","reason":"OpenCC t2s","at":26},{"step":"punctuation","before":"","after":"，","reason":"pause 0.48 s","at":4},{"step":"punctuation","before":"","after":"，","reason":"pause 0.29 s","at":20},{"step":"punctuation","before":"","after":"。","reason":"pause 0.74 s","at":30},{"step":"names","before":"李小铭同志挥报","after":"李晓明同志汇报","reason":"expected: 李晓明同志汇报 (doubtful, sounds alike)","at":23},{"step":"terms","before":"现在开会","after":"现在开会","reason":"term: 现在开会 (same pinyin)","at":0}]',0.826,0,'null','[]');
INSERT INTO "transcript_segments" VALUES('01a21d93-d900-73e1-aa8c-9ec7252389e8','r1-t1-0002',2,'01a21d93-d3c9-77d9-a6d3-32e70258425c',1,7.956,15.236,381888,731327,'今年計劃新建公共停車場十二個新增車位三千五百個總投資四千六百萬元','今年计划新建公共停车场12个，新增车位3500个，总投资4600万元。','[["今年",7.956,8.356,0.803],["計",8.356,8.616,0.966],["劃",8.616,8.756,0.771],["新",8.756,8.996,0.853],["建",8.996,9.136,0.911],["公",9.136,9.336,0.976],["共",9.336,9.496,0.985],["停",9.496,9.716,0.998],["車",9.716,9.936,0.999],["場",9.936,10.116,0.952],["十",10.116,10.316,0.526],["二",10.316,10.476,0.992],["個",10.476,10.676,0.98],["新",10.676,11.396,0.513],["增",11.396,11.536,0.973],["車",11.536,11.776,0.959],["位",11.776,11.936,0.934],["三",11.936,12.116,0.9],["千",12.116,12.296,0.995],["五",12.296,12.496,0.997],["百",12.496,12.696,0.997],["個",12.696,12.976,0.992],["總",12.976,13.516,0.54],["投",13.516,13.756,0.984],["資",13.756,13.896,0.944],["四",13.896,14.136,0.888],["千",14.136,14.296,0.995],["六",14.296,14.476,0.996],["百",14.476,14.676,0.999],["萬",14.676,14.876,0.997],["元",14.876,15.236,0.925]]','李晓明','cue','[{"step":"simplify","before":"計劃","after":"计划","reason":"OpenCC t2s","at":2},{"step":"simplify","before":"車場","after":"车场","reason":"OpenCC t2s","at":9},{"step":"simplify","before":"個","after":"个","reason":"OpenCC t2s","at":13},{"step":"simplify","before":"車","after":"车","reason":"OpenCC t2s","at":16},{"step":"simplify","before":"個總","after":"个总","reason":"OpenCC t2s","at":22},{"step":"simplify","before":"資","after":"资","reason":"OpenCC t2s","at":25},{"step":"simplify","before":"萬","after":"万","reason":"OpenCC t2s","at":30},{"step":"punctuation","before":"","after":"，","reason":"pause 0.29 s","at":14},{"step":"punctuation","before":"","after":"，","reason":"pause 0.29 s","at":24},{"step":"punctuation","before":"","after":"。","reason":"pause 0.45 s","at":34},{"step":"numbers","before":"十二个","after":"12个","reason":"count","at":11},{"step":"numbers","before":"三千五百个","after":"3500个","reason":"count","at":19},{"step":"numbers","before":"四千六百万元","after":"4600万元","reason":"count","at":28}]',0.911,0,'null','[]');
INSERT INTO "transcript_segments" VALUES('01a21d93-d900-73e1-aa8c-9ec7252389e8','r1-t1-0003',3,'01a21d93-d3c9-77d9-a6d3-32e70258425c',1,15.236,21.236,731328,1019327,'到九月底已經建成八個完成投資百分之六十八還有四個正在實工','到9月底已经建成八个，完成投资68%还有，四个正在施工。','[["到",15.236,15.776,0.959],["九",15.776,15.956,0.439],["月",15.956,16.136,0.968],["底",16.136,16.296,0.969],["已經",16.296,16.596,0.71],["建",16.596,16.796,0.795],["成",16.796,16.956,0.94],["八",16.956,17.196,0.986],["個",17.196,17.416,0.996],["完成",17.416,18.016,0.939],["投",18.016,18.376,1.0],["資",18.376,18.516,0.999],["百",18.516,18.696,0.979],["分",18.696,18.876,0.997],["之",18.876,18.996,0.986],["六",18.996,19.136,0.966],["十",19.136,19.316,0.994],["八",19.316,19.516,0.997],["還有",19.516,20.076,0.84],["四",20.076,20.376,0.997],["個",20.376,20.536,0.999],["正",20.536,20.676,0.973],["在",20.676,20.876,0.997],["實",20.876,21.056,0.265],["工",21.056,21.236,0.76]]','李晓明','cue','[{"step":"simplify","before":"經","after":"经","reason":"OpenCC t2s","at":5},{"step":"simplify","before":"個","after":"个","reason":"OpenCC t2s","at":9},{"step":"simplify","before":"資","after":"资","reason":"OpenCC t2s","at":13},{"step":"simplify","before":"還","after":"还","reason":"OpenCC t2s","at":20},{"step":"simplify","before":"個","after":"个","reason":"OpenCC t2s","at":23},{"step":"simplify","before":"實","after":"实","reason":"OpenCC t2s","at":26},{"step":"punctuation","before":"","after":"，","reason":"pause 0.26 s","at":10},{"step":"punctuation","before":"","after":"，","reason":"pause 0.29 s","at":23},{"step":"punctuation","before":"","after":"。","reason":"pause 0.93 s","at":30},{"step":"terms","before":"正在实工","after":"正在施工","reason":"expected: 正在施工 (doubtful, sounds alike)","at":26},{"step":"numbers","before":"九月底","after":"9月底","reason":"date","at":1},{"step":"numbers","before":"百分之六十八","after":"68%","reason":"percent","at":15}]',0.898,0,'null','[]');
INSERT INTO "transcript_segments" VALUES('01a21d93-d900-73e1-aa8c-9ec7252389e8','r1-t1-0004',4,'01a21d93-d3c9-77d9-a6d3-32e70258425c',1,22.104,24.124,1060992,1157951,'王海燕同志有什麼意見?','王海燕同志有什么意见？','[["王",22.104,22.444,0.427],["海",22.444,22.704,0.945],["燕",22.704,22.884,0.583],["同",22.884,23.104,0.905],["志",23.104,23.264,0.917],["有",23.264,23.424,0.997],["什麼",23.424,23.684,0.828],["意",23.684,23.904,0.988],["見?",23.904,24.124,0.997]]','张建国','cue','[{"step":"simplify","before":"麼","after":"么","reason":"OpenCC t2s","at":7},{"step":"simplify","before":"見","after":"见","reason":"OpenCC t2s","at":9},{"step":"punctuation","before":"王海燕同志有什么意见?","after":"王海燕同志有什么意见？","reason":"full width","at":0}]',0.843,0,'null','[]');
INSERT INTO "transcript_segments" VALUES('01a21d93-d900-73e1-aa8c-9ec7252389e8','r1-t1-0005',5,'01a21d93-d3c9-77d9-a6d3-32e70258425c',1,24.744,30.684,1187712,1472831,'建議統一收費標準,前30分鐘免費,同時接入全市智慧停車平台。','建议统一收费标准，前30分钟免费，同时接入全市智慧停车平台。','[["建",24.744,24.984,0.937],["議",24.984,25.144,0.993],["統",25.144,25.364,0.716],["一",25.364,25.524,0.953],["收",25.524,25.724,0.973],["費",25.724,25.864,0.934],["標",25.864,26.084,0.991],["準,",26.084,26.284,0.994],["前",26.624,26.784,0.827],["30",26.784,27.164,0.685],["分鐘",27.164,27.484,0.979],["免",27.484,27.684,0.993],["費,",27.684,27.904,0.993],["同",28.264,28.524,0.994],["時",28.524,28.724,0.998],["接",28.724,28.944,0.822],["入",28.944,29.104,0.552],["全",29.104,29.344,0.807],["市",29.344,29.524,0.954],["智",29.524,29.724,0.944],["慧",29.724,29.864,0.986],["停",29.864,30.044,0.962],["車",30.044,30.284,0.995],["平",30.284,30.464,0.983],["台。",30.464,30.684,0.945]]','王海燕','cue','[{"step":"simplify","before":"議統","after":"议统","reason":"OpenCC t2s","at":1},{"step":"simplify","before":"費標準","after":"费标准","reason":"OpenCC t2s","at":5},{"step":"simplify","before":"鐘","after":"钟","reason":"OpenCC t2s","at":13},{"step":"simplify","before":"費","after":"费","reason":"OpenCC t2s","at":15},{"step":"simplify","before":"時","after":"时","reason":"OpenCC t2s","at":18},{"step":"simplify","before":"車","after":"车","reason":"OpenCC t2s","at":26},{"step":"punctuation","before":"建议统一收费标准,前30分钟免费,同时接入全市智慧停车平台。","after":"建议统一收费标准，前30分钟免费，同时接入全市智慧停车平台。","reason":"full width","at":0}]',0.916,0,'null','[]');
INSERT INTO "transcript_segments" VALUES('01a21d93-d900-73e1-aa8c-9ec7252389e8','r1-t1-0006',6,'01a21d93-d3c9-77d9-a6d3-32e70258425c',1,31.464,34.564,1510272,1659071,'好,我同意,會議決定兩件事。','好，我同意，会议决定两件事。','[["好,",31.464,31.904,0.963],["我",32.184,32.304,0.995],["同",32.304,32.504,0.623],["意,",32.504,32.724,0.996],["會",33.244,33.404,0.938],["議",33.404,33.604,0.8],["決",33.604,33.744,0.998],["定",33.744,33.884,1.0],["兩",33.884,34.084,0.915],["件",34.084,34.304,0.895],["事。",34.304,34.564,0.952]]','张建国','cue','[{"step":"simplify","before":"會議決","after":"会议决","reason":"OpenCC t2s","at":6},{"step":"simplify","before":"兩","after":"两","reason":"OpenCC t2s","at":10},{"step":"punctuation","before":"好,我同意,会议决定两件事。","after":"好，我同意，会议决定两件事。","reason":"full width","at":0}]',0.916,0,'null','[]');
INSERT INTO "transcript_segments" VALUES('01a21d93-d900-73e1-aa8c-9ec7252389e8','r1-t1-0007',7,'01a21d93-d3c9-77d9-a6d3-32e70258425c',1,35.032,42.732,1681536,2051135,'第一,游市住建局前頭,市城管局配合,12月31日前完成剩一次的停車場的建設。','第一，由市住建局前头，市城管局配合，12月31日前完成剩一次的停车场的建设。','[["第一,",35.032,35.532,0.883],["游",35.852,35.992,0.588],["市",35.992,36.172,0.208],["住",36.172,36.352,0.388],["建",36.352,36.532,0.64],["局",36.532,36.712,0.92],["前",36.712,36.892,0.284],["頭,",36.892,37.192,0.644],["市",37.492,37.692,0.856],["城",37.692,37.912,0.388],["管",37.912,38.052,0.864],["局",38.052,38.252,0.997],["配",38.252,38.452,0.989],["合,",38.452,38.672,0.993],["12",38.992,39.332,0.885],["月",39.332,39.572,0.989],["31",39.572,39.992,0.985],["日",39.992,40.232,0.996],["前",40.232,40.432,0.936],["完成",40.432,40.792,0.996],["剩",40.792,41.092,0.83],["一次",41.092,41.372,0.238],["的",41.372,41.592,0.958],["停",41.592,41.772,0.99],["車",41.772,42.012,0.973],["場",42.012,42.192,0.749],["的",42.192,42.352,0.97],["建",42.352,42.492,0.993],["設。",42.492,42.732,0.979]]','张建国','cue','[{"step":"simplify","before":"頭","after":"头","reason":"OpenCC t2s","at":9},{"step":"simplify","before":"車場","after":"车场","reason":"OpenCC t2s","at":32},{"step":"simplify","before":"設","after":"设","reason":"OpenCC t2s","at":36},{"step":"punctuation","before":"第一,游市住建局前头,市城管局配合,12月31日前完成剩一次的停车场的建设。","after":"第一，游市住建局前头，市城管局配合，12月31日前完成剩一次的停车场的建设。","reason":"full width","at":0},{"step":"terms","before":"游市住建局","after":"由市住建局","reason":"expected: 由市住建局 (doubtful, sounds alike)","at":3}]',0.797,0,'null','[]');
INSERT INTO "transcript_segments" VALUES('01a21d93-d900-73e1-aa8c-9ec7252389e8','r1-t1-0008',8,'01a21d93-d3c9-77d9-a6d3-32e70258425c',1,43.152,50.672,2071296,2432255,'第二,游市發改為負責,在11月15日前制定統一的停車收費標準,保市政府審批。','第二，由市发改委负责，在11月15日前制定统一的停车收费标准，报市政府审批。','[["第二,",43.152,43.512,0.915],["游",43.772,43.932,0.962],["市",43.932,44.112,0.982],["發",44.112,44.312,0.986],["改",44.312,44.472,0.974],["為",44.472,44.692,0.954],["負",44.692,44.932,0.942],["責,",44.932,45.132,0.998],["在",45.552,45.692,0.495],["11",45.692,46.052,0.933],["月",46.052,46.232,0.991],["15",46.232,46.552,0.983],["日",46.552,46.792,1.0],["前",46.792,47.052,0.992],["制",47.052,47.232,0.712],["定",47.232,47.392,0.964],["統",47.392,47.632,0.94],["一",47.632,47.752,0.983],["的",47.752,47.912,0.992],["停",47.912,48.092,0.998],["車",48.092,48.332,1.0],["收",48.332,48.492,0.992],["費",48.492,48.632,0.956],["標",48.632,48.852,0.988],["準,",48.852,49.032,0.983],["保",49.472,49.612,0.498],["市",49.612,49.812,0.458],["政府",49.812,50.132,0.967],["審",50.132,50.412,0.832],["批。",50.412,50.672,0.979]]','张建国','cue','[{"step":"simplify","before":"發","after":"发","reason":"OpenCC t2s","at":5},{"step":"simplify","before":"為負責","after":"为负责","reason":"OpenCC t2s","at":7},{"step":"simplify","before":"統","after":"统","reason":"OpenCC t2s","at":21},{"step":"simplify","before":"車","after":"车","reason":"OpenCC t2s","at":25},{"step":"simplify","before":"費標準","after":"费标准","reason":"OpenCC t2s","at":27},{"step":"simplify","before":"審","after":"审","reason":"OpenCC t2s","at":35},{"step":"punctuation","before":"第二,游市发改为负责,在11月15日前制定统一的停车收费标准,保市政府审批。","after":"第二，游市发改为负责，在11月15日前制定统一的停车收费标准，保市政府审批。","reason":"full width","at":0},{"step":"terms","before":"保市政府审批","after":"报市政府审批","reason":"expected: 报市政府审批 (doubtful, sounds alike)","at":31},{"step":"terms","before":"游","after":"由","reason":"office homophone","at":3},{"step":"terms","before":"市发改为","after":"市发改委","reason":"term: 市发改委 (same pinyin)","at":4}]',0.912,0,'null','[]');
INSERT INTO "transcript_segments" VALUES('01a21d93-d900-73e1-aa8c-9ec7252389e8','r1-t1-0009',9,'01a21d93-d3c9-77d9-a6d3-32e70258425c',1,51.192,53.632,2457216,2574335,'千令到放心,保證暗示完成。','请领导放心，保证按时完成。','[["千",51.192,51.512,0.123],["令",51.512,51.652,0.516],["到",51.652,51.852,0.975],["放心,",51.852,52.252,0.987],["保",52.612,52.752,0.986],["證",52.752,52.892,0.991],["暗",52.892,53.092,0.738],["示",53.092,53.252,0.989],["完成。",53.252,53.632,0.998]]','李晓明','cue','[{"step":"simplify","before":"證","after":"证","reason":"OpenCC t2s","at":7},{"step":"punctuation","before":"千令到放心,保证暗示完成。","after":"千令到放心，保证暗示完成。","reason":"full width","at":0},{"step":"terms","before":"千令到放心","after":"请领导放心","reason":"expected: 请领导放心 (doubtful, sounds alike)","at":0},{"step":"terms","before":"保证暗示完成","after":"保证按时完成","reason":"expected: 保证按时完成 (doubtful, sounds alike)","at":6}]',0.811,0,'null','[]');
INSERT INTO "transcript_segments" VALUES('01a21d93-d900-73e1-aa8c-9ec7252389e8','r1-t1-0010',10,'01a21d93-d3c9-77d9-a6d3-32e70258425c',1,54.412,56.492,2611776,2711615,'今天的會議就到這裡,三會。','今天的会议就到这里，散会。','[["今天的",54.412,54.792,0.978],["會",54.792,55.092,0.932],["議",55.092,55.232,0.978],["就到",55.232,55.412,0.994],["這裡,",55.412,55.932,0.938],["三",56.172,56.312,0.718],["會。",56.312,56.492,0.889]]','张建国','cue','[{"step":"simplify","before":"會議","after":"会议","reason":"OpenCC t2s","at":3},{"step":"simplify","before":"這裡","after":"这里","reason":"OpenCC t2s","at":7},{"step":"simplify","before":"會","after":"会","reason":"OpenCC t2s","at":11},{"step":"punctuation","before":"今天的会议就到这里,三会。","after":"今天的会议就到这里，三会。","reason":"full width","at":0},{"step":"terms","before":"三会","after":"散会","reason":"term: 散会 (same pinyin)","at":10}]',0.918,0,'null','[]');
CREATE TABLE transcripts (
	id TEXT NOT NULL, 
	meeting TEXT, 
	version BIGINT NOT NULL, 
	engine TEXT NOT NULL, 
	model TEXT NOT NULL, 
	model_sha256 TEXT NOT NULL, 
	at VARCHAR(32), 
	duration DOUBLE NOT NULL, 
	speech DOUBLE NOT NULL, 
	covered DOUBLE NOT NULL, 
	rtf DOUBLE NOT NULL, 
	complete BOOLEAN NOT NULL, 
	holes JSON NOT NULL, 
	points JSON NOT NULL, 
	report JSON NOT NULL, 
	CONSTRAINT pk_transcripts PRIMARY KEY (id), 
	CONSTRAINT fk_transcripts_meeting_meetings FOREIGN KEY(meeting) REFERENCES meetings (id), 
	CONSTRAINT uq_transcripts_meeting_version UNIQUE (meeting, version)
);
INSERT INTO "transcripts" VALUES('01a21d93-d900-73e1-aa8c-9ec7252389e8','01a21d93-d200-7202-8a16-68004fe9d482',1,'whisper','faster-whisper-base','d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9','2026-11-27T15:16:10.543174+00:00',57.688,45.89,45.89,0.1591,1,'[]','[{"kind":"议题","text":"现在开会，今天专题研究程序停车场建设工作，先请李晓明同志汇报。","segment":"r1-t1-0001","owner":"","support":[],"deadline":"","what":""},{"kind":"意见","text":"建议统一收费标准，前30分钟免费，同时接入全市智慧停车平台。","segment":"r1-t1-0005","owner":"","support":[],"deadline":"","what":""},{"kind":"决定","text":"好，我同意，会议决定两件事。","segment":"r1-t1-0006","owner":"","support":[],"deadline":"","what":""},{"kind":"action","text":"第二，由市发改委负责，在11月15日前制定统一的停车收费标准，报市政府审批。","segment":"r1-t1-0008","owner":"市发改委","support":[],"deadline":"11月15日前","what":"制定统一的停车收费标准，报市政府审批"}]','{"changes":{"simplify":44,"punctuation":16,"names":1,"terms":9,"numbers":5},"dropped":0,"retried":0,"gave_up":0,"roster":[],"voices":3,"troubles":[],"seconds":{"01a21d93-d3c9-77d9-a6d3-32e70258425c":57.688},"broken":[]}');
CREATE TABLE waivers (
	meeting TEXT NOT NULL, 
	device TEXT NOT NULL, 
	"check" TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	reason TEXT NOT NULL, kind TEXT DEFAULT 'accepted' NOT NULL, 
	CONSTRAINT pk_waivers PRIMARY KEY (meeting, device, "check"), 
	CONSTRAINT fk_waivers_meeting_meetings FOREIGN KEY(meeting) REFERENCES meetings (id)
);
CREATE INDEX ix_meetings_state ON meetings (state);
CREATE INDEX ix_check_runs_meeting ON check_runs (meeting);
CREATE INDEX ix_documents_meeting ON documents (meeting);
CREATE INDEX ix_packages_meeting ON packages (meeting);
CREATE INDEX ix_people_meeting ON people (meeting);
CREATE INDEX ix_receipts_meeting ON receipts (meeting);
CREATE INDEX ix_sessions_account ON sessions (account);
CREATE INDEX ix_tokens_account ON tokens (account);
CREATE INDEX ix_screen_keys_meeting ON screen_keys (meeting);
COMMIT;
